#include "coordinator/commands/web/http_server.h"

#include <fcntl.h>
#include <httplib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <utility>
#include <variant>

#include "common/utf8.h"
#include "coordinator/commands/web/fixed_answers.h"
#include "coordinator/commands/web/row_page.h"
#include "coordinator/commands/web/row_query.h"
#include "coordinator/commands/web/run_metrics.h"
#include "coordinator/commands/web/saved_file.h"
#include "coordinator/control/answer_reader.h"
#include "coordinator/link/beneath.h"
#include "coordinator/report/json_text.h"
#include "coordinator/settle/folder_holder.h"

namespace fanfetch {
namespace {

using HttpRequest = httplib::Request;
using HttpResponse = httplib::Response;

/// Seconds after which there may be a newer report.
constexpr const char* kAskAgain = "2";

void say(HttpResponse& response, const FixedAnswer& answer) {
  response.status = answer.status;
  if (answer.header) {
    response.set_header(std::string(answer.header->first), std::string(answer.header->second));
  }
  response.set_content(answer.body, std::string(answer.content_type));
}

void say(HttpResponse& response, int status, std::string_view text) {
  say(response, text_answer(status, text));
}

void say_json(HttpResponse& response, int status, std::string json) {
  say(response, json_answer(status, std::move(json)));
}

void refuse_json(HttpResponse& response, int status, std::string_view message) {
  say(response, json_refusal(status, message));
}

httplib::Headers default_headers() {
  httplib::Headers headers;
  for (const auto& [name, value] : safe_headers()) headers.emplace(name, value);
  return headers;
}

/// `Exit::text` as a sentence of its own.
std::string_view sentence(std::string_view text) {
  constexpr std::string_view kName = "fanfetch: ";
  if (text.starts_with(kName)) text.remove_prefix(kName.size());
  return text.substr(0, text.find('\n'));
}

std::vector<std::string> all_of(const HttpRequest& request, const char* header) {
  std::vector<std::string> values;
  const auto [begin, end] = request.headers.equal_range(header);
  for (auto at = begin; at != end; ++at) values.push_back(at->second);
  return values;
}

Asked asked_by(const HttpRequest& request) {
  Asked asked{.method = request.method,
              .path = request.path,
              .token = {},
              .hosts = all_of(request, "Host"),
              .origins = all_of(request, "Origin"),
              .cookies = all_of(request, "Cookie"),
              .authorizations = all_of(request, "Authorization"),
              .content_types = all_of(request, "Content-Type"),
              .fetch_sites = all_of(request, "Sec-Fetch-Site"),
              .fetch_modes = all_of(request, "Sec-Fetch-Mode"),
              .fetch_dests = all_of(request, "Sec-Fetch-Dest"),
              .has_content_encoding = request.has_header("Content-Encoding")};
  if (request.has_param("token")) asked.token = request.get_param_value("token");
  return asked;
}

std::optional<std::int64_t> row_of(const HttpRequest& request) {
  const std::string text = request.get_param_value("row");
  std::int64_t row = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), row);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return row;
}

/// The saved file of that name; not valid: it is not there, or lies behind a link.
UniqueFd open_saved(const std::string& folder, const std::string& name, struct stat& status) {
  if (!is_servable_name(name)) return UniqueFd();
  const UniqueFd root(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root.valid()) return UniqueFd();
  UniqueFd file = open_beneath(root.get(), name, O_RDONLY | O_NONBLOCK);
  if (file.valid() && ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode)) return file;
  return UniqueFd();
}

std::string head_of(int fd) {
  std::array<char, kPictureHead> head;
  const ssize_t count = ::pread(fd, head.data(), head.size(), 0);
  return {head.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

void send_part(HttpResponse& response, UniqueFd file, const FileAnswer& answer) {
  auto fd = std::make_shared<const UniqueFd>(std::move(file));
  response.set_content_provider(
      answer.bytes, answer.content_type,
      [fd, first = answer.first](std::size_t offset, std::size_t left, httplib::DataSink& sink) {
        std::array<char, 64 * 1024> piece;
        const ssize_t count = ::pread(fd->get(), piece.data(), std::min(left, piece.size()),
                                      static_cast<off_t>(first + offset));
        // A file that has become shorter ends the connection: the client sees that it is not whole.
        return count > 0 && sink.write(piece.data(), static_cast<std::size_t>(count));
      });
}

/// What cpp-httplib reads from and writes to.
class ClientStream : public httplib::Stream {
 public:
  explicit ClientStream(ClientConnection& client) : client_(client) {}

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }  // write() waits
  ssize_t read(char* bytes, std::size_t most) override { return client_.read(bytes, most); }
  ssize_t write(const char* bytes, std::size_t count) override {
    return client_.write(bytes, count);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return client_.fd(); }

 private:
  ClientConnection& client_;
};

}  // namespace

/// The library's server, of which only the protocol is used: connections, threads and their limits
/// are ours.
class HttpServer::Library : public httplib::Server {
 public:
  Library(AccessRules rules, Session session, RunFolder folder, LiveFeed& feed, ReportCache& report)
      : rules_(std::move(rules)),
        session_(std::move(session)),
        folder_(std::move(folder)),
        feed_(feed),
        report_(report) {
    svr_sock_ = 0;  // not closed: it sends no bodies of a server that it takes for stopped
    set_default_headers(default_headers());
    set_payload_max_length(kMaxBodyBytes);
    set_pre_routing_handler([this](const HttpRequest& request, HttpResponse& response) {
      return judge(request, response) ? HandlerResponse::Unhandled : HandlerResponse::Handled;
    });
    Post(std::string(kControlPath), [this](const HttpRequest& request, HttpResponse& response) {
      control(request, response);
    });
    set_exception_handler(
        [](const HttpRequest&, HttpResponse& response, const std::exception_ptr&) {
          say(response, 500, "fanfetch could not answer: memory or descriptors are short");
        });
  }

  void serve(ClientConnection& client) {
    ClientStream stream(client);
    bool closed = false;
    // Of ranges the library knows too little (an end behind the file's); file_answer() knows more.
    (void)process_request(stream, true, closed,
                          [](HttpRequest& request) { request.ranges.clear(); });
  }

 private:
  /// True: it is a request for control(), whose body is still to be read.
  bool judge(const HttpRequest& request, HttpResponse& response) {
    const Access may = access(rules_, asked_by(request));
    if (may == Access::begin_session) return begin_session(request, response), false;
    if (may != Access::allowed) return say(response, refusal(may)), false;
    if (request.path == kControlPath) return true;
    answer(request, response);
    return false;
  }

  void begin_session(const HttpRequest& request, HttpResponse& response) const {
    response.set_header(
        "Set-Cookie", fmt::format("{}={}; HttpOnly; SameSite=Strict; Path=/",
                                  cookie_name(request.get_header_value("Host")), session_.cookie));
    response.set_redirect("/", 303);
  }

  void answer(const HttpRequest& request, HttpResponse& response) {
    if (const auto file = page_file(request.path)) return say(response, *file);
    struct Route {
      std::string_view path;
      void (Library::*answer)(const HttpRequest&, HttpResponse&);
    };
    constexpr Route kRoutes[] = {
        {"/api/about", &Library::about},   {"/api/live", &Library::live},
        {"/api/report", &Library::report}, {"/api/rows", &Library::rows},
        {"/file", &Library::file},         {"/metrics", &Library::metrics}};
    for (const Route& route : kRoutes) {
      if (request.path == route.path) return (this->*route.answer)(request, response);
    }
    say(response, 404, "There is nothing here.");
  }

  void about(const HttpRequest&, HttpResponse& response) {
    JsonText json;
    json.begin();
    json.key("output").text(folder_.output);
    json.key("read_only").boolean(rules_.read_only);
    json.end();
    say_json(response, 200, json.take());
  }

  void live(const HttpRequest&, HttpResponse& response) {
    const auto watcher = feed_.watch();
    if (!watcher) return say(response, 503, "As many pages watch as may: close one.");
    response.set_content_provider("text/event-stream",
                                  [watcher](std::size_t, httplib::DataSink& sink) {
                                    const auto news = watcher->next();
                                    if (!news) return false;
                                    const std::string event = "data: " + *news + "\n\n";
                                    return sink.write(event.data(), event.size());
                                  });
  }

  void report(const HttpRequest&, HttpResponse& response) {
    const auto report = report_.get();
    if (!report) return refuse_json(response, 500, sentence(report.error().message));
    if (report->may_be_old) response.set_header("Retry-After", kAskAgain);
    report->json ? say_json(response, 200, *report->json)
                 : refuse_json(response, 503, "the report is being made: ask again");
  }

  void rows(const HttpRequest& request, HttpResponse& response) {
    const auto query = parse_row_query(request.params);
    if (!query) return refuse_json(response, 400, query.error().message);
    const auto history = open_history(folder_);
    if (!history) return refuse_json(response, 500, sentence(history.error().text));
    const auto page = row_page(**history, *query);
    page ? say_json(response, 200, *page) : refuse_json(response, 500, page.error().message);
  }

  /// For Prometheus, which sends the token as Authorization.
  void metrics(const HttpRequest&, HttpResponse& response) {
    const auto history = open_history(folder_);
    if (!history) return say(response, 500, sentence(history.error().text));
    std::optional<LiveReport> live;
    if (holder_of(folder_)) {
      if (const auto line = feed_.ask(StatusRequest{})) live = read_live_report(*line);
    }
    std::error_code none;
    const auto output = std::filesystem::canonical(folder_.output, none).string();
    const auto text = run_metrics(**history, output, live, std::chrono::system_clock::now());
    if (!text) return say(response, 500, text.error().message);
    response.set_content(*text, "text/plain; version=0.0.4; charset=utf-8");
  }

  void file(const HttpRequest& request, HttpResponse& response) {
    const auto row = row_of(request);
    if (!row) return say(response, 400, "row: the number of a row is missing");
    const auto history = open_history(folder_);
    if (!history) return say(response, 500, sentence(history.error().text));
    const auto name = file_of_row(**history, *row);
    struct stat status {};
    UniqueFd file = name ? open_saved(folder_.output, *name, status) : UniqueFd();
    if (!file.valid()) return say(response, 404, "The file is not there, or behind a link.");
    std::optional<std::string> range;
    // No validator was ever given, so none can still hold.
    if (request.has_header("Range") && !request.has_header("If-Range")) {
      range = request.get_header_value("Range");
    }
    const FileAnswer answer =
        file_answer(*name, head_of(file.get()), static_cast<std::uint64_t>(status.st_size), range);
    response.status = answer.status;
    response.headers.erase("Content-Security-Policy");
    for (const auto& [header, value] : answer.headers) response.set_header(header, value);
    answer.bytes == 0 ? response.set_content("", answer.content_type)
                      : send_part(response, std::move(file), answer);
  }

  void control(const HttpRequest& request, HttpResponse& response) {
    const auto wanted = parse_request(request.body);
    if (!wanted) return refuse_json(response, 400, wanted.error().message);
    const bool may = std::holds_alternative<SetRequest>(*wanted) ||
                     std::holds_alternative<PauseRequest>(*wanted) ||
                     std::holds_alternative<ResumeRequest>(*wanted);
    if (!may) return refuse_json(response, 400, "a dashboard takes set, pause and resume");
    const auto line = feed_.ask(*wanted);
    if (!line) return refuse_json(response, 409, sentence(line.error().text));
    const auto read = read_answer(*line);
    if (!read) return refuse_json(response, 502, read.error().message);
    say_json(response, read->ok ? 200 : 409, *line);
  }

  const AccessRules rules_;
  const Session session_;
  const RunFolder folder_;
  LiveFeed& feed_;
  ReportCache& report_;
};

HttpServer::HttpServer(AccessRules rules, Session session, RunFolder folder, LiveFeed& feed,
                       ReportCache& report)
    : library_(std::make_unique<Library>(std::move(rules), std::move(session), std::move(folder),
                                         feed, report)) {}

HttpServer::~HttpServer() = default;

void HttpServer::serve(ClientConnection& client) {
  const bool is_whole = client.wait_for_head();
  if (client.head().empty()) return;
  const HeadFault fault = fault_of_head(client.head());
  if (is_whole && fault == HeadFault::none) {
    library_->serve(client);
  } else {
    const std::string_view answer = answer_to_head(fault);
    (void)client.write(answer.data(), answer.size());
  }
  client.close_politely();
}

}  // namespace fanfetch
