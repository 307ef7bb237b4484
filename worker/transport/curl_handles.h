#pragma once

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/event_loop.h"

namespace fanfetch {

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyHandle = std::unique_ptr<CURL, FreeEasy>;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

/// PEM files.
struct TlsFiles {
  std::string ca;    ///< The bundle that certificates are verified against.
  std::string cert;  ///< The client's, with its chain; empty: none.
  std::string key;   ///< Its private key.
};

/// A pool of easy handles, each with every option set that is the same for all jobs.
class CurlHandles {
 public:
  explicit CurlHandles(TlsFiles tls_files) : tls_files_(std::move(tls_files)) {}

  [[nodiscard]] EasyHandle take();
  /// Forgets all of its last job, secrets too.
  void give_back(EasyHandle easy) {
    curl_easy_reset(easy.get());
    idle_.push_back(std::move(easy));
  }

 private:
  void set_common_options(CURL* easy) const;

  TlsFiles tls_files_;
  std::vector<EasyHandle> idle_;
};

/// libcurl's multi handle on an EventLoop (curl_multi_socket_action). Thread: the loop's.
class LoopMulti {
 public:
  /// `connections`: how many stay open for re-use.
  LoopMulti(EventLoop& loop, unsigned connections);
  ~LoopMulti();
  LoopMulti(const LoopMulti&) = delete;
  LoopMulti& operator=(const LoopMulti&) = delete;

  void add(CURL* easy);
  /// From now on several transfers may share a connection of HTTP/2.
  void share_connections();
  /// Ends a transfer, finished or not.
  void remove(CURL* easy);
  /// Hands over what has finished since the last call. `done` may add and remove.
  void collect(const std::function<void(CURL* easy, CURLcode code)>& done);

 private:
  struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };
  // Called from C: an exception could not get through.
  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void* watched) noexcept;
  static int on_timer(CURLM* multi, long timeout_ms, void* self) noexcept;
  void act(curl_socket_t fd, int events);
  void try_next_address(CURL* easy);

  EventLoop& loop_;
  std::unique_ptr<CURLM, FreeMulti> multi_;
  EventLoop::TimerKey timer_{};
  CURL* closed_ = nullptr;  // whose socket libcurl has closed in the act() that runs
};

}  // namespace fanfetch
