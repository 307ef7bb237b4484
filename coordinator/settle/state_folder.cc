#include "coordinator/settle/state_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "common/ascii.h"
#include "common/result.h"
#include "common/sha256.h"
#include "coordinator/process/replace_file.h"
#include "coordinator/settle/own_folder.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOutputNote = "output";  // in the state folder
constexpr const char* kNodeNote = "node";      // there, too
constexpr std::size_t kMostNodeBytes = 64;
constexpr std::string_view kStateNote = "state-";  // in `.fanfetch`, and some digits
constexpr const char* kPart = "part";
constexpr const char* kWrite = "write to the output folder";

tl::unexpected<Exit> wrong(std::string_view message) {
  return tl::unexpected(exit_with(kExitConfiguration, message));
}

tl::unexpected<Exit> unwritable(const std::string& state, int error) {
  return tl::unexpected(
      exit_with(kExitOutput, fmt::format("cannot write to the state folder '{}': {}; choose "
                                         "another one with --state",
                                         state, errno_text(error))));
}

std::string own_folder(const RunFolder& names) {
  return RunFolder{.output = names.output}.state_path();
}

/// Absolute, without symbolic links in what is there of it.
std::string absolute_path(const std::string& path) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(fs::absolute(path, error), error);
  std::string text = real.empty() ? path : real.lexically_normal().string();
  if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

bool lies_in(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + '/');
}

/// The only line of a note; nullopt: there is no note, or none of ours.
std::optional<std::string> read_line(int folder, const std::string& name) {
  const UniqueFd file(
      ::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file.valid() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  std::array<char, PATH_MAX + 1> text;
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  const std::string_view line(text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  if (line.empty() || line.find('\n') + 1 != line.size()) return std::nullopt;
  return std::string(line.substr(0, line.size() - 1));
}

/// The path in a note.
std::optional<std::string> read_note(int folder, const std::string& name) {
  auto path = read_line(folder, name);
  return path && path->starts_with('/') ? path : std::nullopt;
}

/// The node's name in a state folder; empty: it is none of a node, or of one that has its parts
/// there.
std::string read_node(int state) {
  auto node = read_line(state, kNodeNote);
  const auto is_right = [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
  };
  const bool is_name = node && !node->empty() && node->size() <= kMostNodeBytes &&
                       std::ranges::all_of(*node, is_right);
  return is_name ? std::move(*node) : "";
}

UniqueFd open_folder(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/// Its own, or one that lies elsewhere (--ledger).
bool has_ledger(const std::string& state) {
  std::error_code none;
  return fs::exists(state + "/ledger.sqlite", none) || fs::exists(state + "/ledger-id", none);
}

tl::unexpected<Exit> begun_without(const RunFolder& names) {
  return wrong(fmt::format(
      "'{}' was begun without --state, and has its ledger: {}", names.output,
      names.node.empty()
          ? "go on without it, or choose another folder with -o"
          : "one node can go on with it, without --state; to have several share a folder, stop "
            "that one, and begin all of them with a --state DIR each and a new folder with -o"));
}

/// The state folders that are noted beside the files. One may be gone, or not mounted now.
std::vector<std::string> noted_states(const RunFolder& names) {
  const std::string own = own_folder(names);
  const UniqueFd folder = open_folder(own);
  std::vector<std::string> states;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(own, error)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(kStateNote)) continue;
    if (auto state = read_note(folder.get(), name)) states.push_back(std::move(*state));
  }
  std::ranges::sort(states);
  return states;
}

/// Whether the state folder notes these files.
bool is_state_of(int state, const std::string& output) {
  const auto noted = read_note(state, kOutputNote);
  std::error_code none;
  return noted && fs::equivalent(*noted, output, none);
}

/// Nothing is in it but what a killed start has left, and the files of the run.
bool is_fresh(const std::string& state, const UniqueFd& folder, const std::string& output) {
  const bool has_node = !read_node(folder.get()).empty();
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(state, error)) {
    const std::string name = entry.path().filename();
    const bool is_ours = name == std::string(kOutputNote) + ".new" ||
                         name == std::string(kNodeNote) + ".new" || (name == kNodeNote && has_node);
    if (!is_ours && !lies_in(output, entry.path())) return false;
  }
  return !error;
}

std::string note_name(const std::string& state) {
  return fmt::format("{}{:016x}", kStateNote, first_bits(sha256(state)));
}

/// Whether one without --state has begun beside the files, or is about to: it holds its lock before
/// it has a ledger, and gives it back at once if it sees a note.
bool is_begun_without(const RunFolder& names, int own) {
  const FolderLock lock = lock_folder(own, IfNoLock::leave_it);
  return lock.error == EWOULDBLOCK || has_ledger(own_folder(names));
}

/// Has the state folder be nobody's again; a node's keeps its name.
void unbind(const StateFolder& opened) {
  (void)::unlinkat(opened.state.get(), kOutputNote, 0);
  if (opened.node.empty()) (void)::unlinkat(opened.state.get(), kPart, AT_REMOVEDIR);
}

/// Writes the note in `part` first and moves it, as downloads are: what cannot be moved so is on
/// another file system. `names.node`: as it is from now on.
tl::expected<void, Exit> note_state(const RunFolder& names, const std::string& state, int part,
                                    int own) {
  const std::string name = note_name(state);
  if (read_note(own, name) == state) return {};
  const int error = replace_file(part, name, state + '\n');
  if (error != 0 && names.node.empty()) return unwritable(names.state, error);
  if (error != 0) return unwritable_output(names.work_path(), kWrite, error);
  if (::renameat(part, name.c_str(), own, name.c_str()) == 0) return {};
  const int why = errno;
  (void)::unlinkat(part, name.c_str(), 0);
  if (why != EXDEV) return unwritable_output(own_folder(names), kWrite, why);
  return wrong(
      fmt::format("'{}' is on another file system than '{}', where the files in it could not be "
                  "moved to: name a folder there with --state, or only the ledger elsewhere, with "
                  "--ledger FILE",
                  names.state, names.output));
}

}  // namespace

tl::expected<RunFolder, Exit> find_run_folder(RunFolder named) {
  std::error_code none;
  if (!fs::is_directory(own_folder(named), none)) {
    const UniqueFd folder = open_folder(named.output);
    auto files = read_note(folder.get(), kOutputNote);
    if (!files) return named;
    named.state = std::move(named.output);
    named.output = std::move(*files);
    named.node = read_node(folder.get());
    if (fs::is_directory(named.output, none)) return named;
    return wrong(
        fmt::format("the files of the state folder '{0}' are not in '{1}' any more: write where "
                    "they are now into '{0}/{2}'",
                    named.state, named.output, kOutputNote));
  }
  // A path may be another run's folder here: machines that share the files may not share states.
  std::vector<std::string> states, of_others;
  for (std::string& state : noted_states(named)) {
    const UniqueFd folder = open_folder(state);
    const bool is_of_these = !folder.valid() || is_state_of(folder.get(), named.output);
    (is_of_these ? states : of_others).push_back(std::move(state));
  }
  if (states.empty() && !of_others.empty() && !has_ledger(own_folder(named))) {
    return wrong(
        fmt::format("'{0}' was begun with --state '{1}', which is not that of these files here: "
                    "name the state folder itself, where it is; if the files were moved, write "
                    "'{2}' into '{1}/{3}'",
                    named.output, of_others[0], absolute_path(named.output), kOutputNote));
  }
  // Of one that was moved, the earlier note stays.
  if (states.size() > 1) {
    std::erase_if(states, [](const auto& state) { return !open_folder(state).valid(); });
  }
  if (states.size() == 1) {
    named.state = std::move(states[0]);
    if (const UniqueFd state = open_folder(named.state); state.valid()) {
      named.node = read_node(state.get());
    }
    return named;
  }
  if (states.empty()) return named;
  return wrong(
      fmt::format("several runs write to '{}', each with a state folder of its own: name "
                  "one of them, '{}'",
                  named.output, fmt::join(states, "', '")));
}

tl::expected<void, Exit> check_state(const RunFolder& names) {
  if (!names.state.empty()) {
    if (!has_ledger(own_folder(names))) return {};
    return begun_without(names);
  }
  const auto states = noted_states(names);
  if (states.empty()) return {};
  return wrong(fmt::format(
      "'{}' was begun with --state '{}': say so again, or choose another "
      "folder with -o{}",
      names.output, states[0],
      open_folder(states[0]).valid() ? ""
                                     : fmt::format(". It is not there now; if it is gone for good, "
                                                   "remove '{}/{}*'",
                                                   own_folder(names), kStateNote)));
}

tl::expected<StateFolder, Exit> open_state_folder(const RunFolder& names, int own) {
  const std::string output = absolute_path(names.output), state = absolute_path(names.state);
  if (lies_in(state, output) || lies_in(output, state + '/' + kPart)) {
    return wrong(fmt::format("--state '{}' lies among the files of '{}': name a folder beside them",
                             names.state, names.output));
  }
  if (output.find('\n') != output.npos || state.find('\n') != state.npos) {
    return wrong("the path of --state or of the output folder has a line break in it");
  }
  std::error_code made;
  fs::create_directories(names.state, made);
  StateFolder opened{.state = open_folder(names.state), .work = {}, .node = {}};
  const UniqueFd& folder = opened.state;
  if (!folder.valid()) return unwritable(names.state, made ? made.value() : errno);
  const auto noted = read_note(folder.get(), kOutputNote);
  if (noted && *noted != output) {
    return wrong(
        fmt::format("the state folder '{0}' belongs to the files in '{1}'; if they were "
                    "moved to '{2}', write that into '{0}/{3}'",
                    names.state, *noted, output, kOutputNote));
  }
  if (!noted && !is_fresh(state, folder, output)) {
    return wrong(
        fmt::format("'{}' is not empty, and no state folder of fanfetch's: name a new one with "
                    "--state",
                    names.state));
  }
  opened.node = read_node(folder.get());
  if (!noted && opened.node.empty() && !names.node.empty()) {
    opened.node = names.node;
    const int error = replace_file(folder.get(), kNodeNote, opened.node + '\n');
    if (error != 0) return unwritable(names.state, error);
  }
  RunFolder named = names;
  named.node = opened.node;
  // Before the state folder is bound to files beside which nothing can be made.
  if (!named.node.empty()) {
    const std::string work = "node-" + named.node;
    opened.work = open_subfolder(own, work);
    if (!opened.work.valid()) return no_subfolder(own_folder(names), work, own, errno);
  }
  if (!noted) {
    const int error = replace_file(folder.get(), kOutputNote, output + '\n');
    if (error != 0) return unwritable(names.state, error);
  }
  if (named.node.empty()) opened.work = open_subfolder(folder.get(), ".");
  const UniqueFd part = opened.work.valid() ? open_subfolder(opened.work.get(), kPart) : UniqueFd();
  if (!part.valid() && named.node.empty()) return unwritable(names.state, errno);
  if (!part.valid()) return no_subfolder(named.work_path(), kPart, opened.work.get(), errno);
  const bool is_new = !read_note(own, note_name(state));
  if (auto is_noted = note_state(named, state, part.get(), own); !is_noted) {
    return tl::unexpected(std::move(is_noted.error()));
  }
  if (is_begun_without(names, own)) {
    if (is_new) (void)::unlinkat(own, note_name(state).c_str(), 0);
    if (!noted) unbind(opened);
    return begun_without(named);
  }
  return opened;
}

}  // namespace fanfetch
