#pragma once

#include <memory>

#include "coordinator/commands/folder/folder.h"
#include "coordinator/commands/web/access.h"
#include "coordinator/commands/web/client_connection.h"
#include "coordinator/commands/web/live_feed.h"
#include "coordinator/commands/web/report_cache.h"

namespace fanfetch {

/// Answers the requests of the page. cpp-httplib reads and writes HTTP; who may ask is decided by
/// access(), what is said of a file by file_answer().
class HttpServer {
 public:
  /// What a session's cookie carries, in the clear.
  struct Session {
    std::string cookie;
  };

  /// `feed` and `report` are lent.
  HttpServer(AccessRules rules, Session session, RunFolder folder, LiveFeed& feed,
             ReportCache& report);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Answers one request, the only one of its connection: nothing of a request that is refused can
  /// be taken for another. Any thread.
  void serve(ClientConnection& client);

 private:
  class Library;
  std::unique_ptr<Library> library_;
};

}  // namespace fanfetch
