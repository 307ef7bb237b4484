#include "coordinator/commands/web/web.h"

#include <fmt/format.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "common/event_loop.h"
#include "coordinator/commands/folder/line_output.h"
#include "coordinator/commands/web/clients.h"
#include "coordinator/commands/web/http_server.h"
#include "coordinator/commands/web/ledger_report.h"
#include "coordinator/commands/web/listener.h"
#include "coordinator/commands/web/token.h"
#include "coordinator/process/signals.h"
#include "coordinator/report/console.h"

namespace fanfetch {
namespace {

std::string this_host() {
  char name[HOST_NAME_MAX + 1] = {};
  return ::gethostname(name, sizeof name - 1) == 0 && *name != 0 ? name : "HOST";
}

/// What a person on another machine does.
std::string tunnel_line(const ListenAddress& address) {
  std::error_code none;
  const std::string there =
      address.is_unix() ? std::filesystem::absolute(address.path, none).string() : address.host();
  const unsigned port = address.is_unix() ? ListenAddress().port : address.port;
  std::string line =
      fmt::format("from another machine: ssh -N -L {}:{} {}, then ", port, there, this_host());
  return line + (address.is_unix() ? fmt::format("http://127.0.0.1:{}/", port) : "that address");
}

/// The address goes to stdout, for programs and people; the rest to stderr.
[[nodiscard]] Result<> announce(const WebArguments& arguments, const ListenAddress& address,
                                const std::string& token) {
  LineOutput output;
  if (address.is_unix()) {
    output.add_text(fmt::format("unix:{}\n", address.path));
  } else if (arguments.token_file.empty()) {
    output.add_text(fmt::format("http://{}/?token={}\n", address.host(), token));
  } else {
    output.add_text(fmt::format("http://{}/\n", address.host()));
  }
  auto written = output.finish();
  if (!written) return written;
  Console console(look_for(surroundings()));
  if (!arguments.token_file.empty() && !address.is_unix()) {
    console.line(fmt::format("its ?token= is in {}", arguments.token_file));
  }
  console.line(tunnel_line(address));
  if (!address.is_local()) {
    console.line(
        "this address can be reached from other machines, and what goes there is not "
        "encrypted: the token can be read on the way",
        Level::warning);
  }
  return {};
}

}  // namespace

Exit run_web(const WebArguments& arguments) {
  if (const auto history = open_history(arguments.folder); !history) return history.error();
  std::string token = random_token();
  if (!arguments.token_file.empty()) {
    auto read = read_token_file(arguments.token_file);
    if (!read) return exit_with(kExitConfiguration, read.error().message);
    token = std::move(*read);
  }
  // No thread exists yet. A signal that comes from here on waits for the loop, so that a UNIX
  // socket is removed again.
  Signals::block();
  auto listener = Listener::open(arguments.listen);
  if (!listener) return exit_with(kExitConfiguration, listener.error().message);
  if (const auto announced = announce(arguments, listener->address(), token); !announced) {
    return exit_with(kExitOutput, announced.error().message);
  }

  EventLoop loop;
  const Signals signals(loop, [&loop](int signal) {
    if (signal != SIGUSR1) loop.stop();
  });
  AccessRules rules{
      .listen = listener->address(), .token = {}, .session = {}, .read_only = arguments.read_only};
  const std::string session = random_token();
  if (!rules.listen.is_unix()) {
    rules.token.emplace(token);
    rules.session.emplace(session);
  }
  LiveFeed feed(arguments.folder);
  LedgerReport ledger(arguments.folder);
  ReportCache report(ledger);
  HttpServer server(std::move(rules), {session}, arguments.folder, feed, report);
  {
    const Clients clients(loop, *listener,
                          [&server](ClientConnection& client) { server.serve(client); });
    loop.run([] {});
    listener->remove();
    // Nothing is ever half written, and nobody is to wait for a thread that reads a long ledger.
    ::_exit(kExitSuccess);
  }
}

}  // namespace fanfetch
