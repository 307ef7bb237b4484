#pragma once

#include <string>
#include <vector>

#include "common/result.h"
#include "coordinator/options/options.h"
#include "coordinator/reading/reader.h"

namespace fanfetch {

// What the words of the command line and the configuration mean for a run: its sources, and the
// folder that suits them. Errors are the user's to mend: the run ends with kExitConfiguration
// where nothing else is said.

/// Error: `word`, a bare one of the command line, looks like a command and is none; it says which
/// is meant. A folder's name is none of these: it is told apart later.
[[nodiscard]] Result<> check_no_command(const std::string& word);

/// The links' sources, in the order to read, each with its filter and limit. Error: a word that is
/// no source, none at all, a filter that cannot be read, or an Imgur source without a client ID.
/// With Options::reads_failed_links() it is one, which is opened as run_setup.h says.
[[nodiscard]] Result<std::vector<ReaderSource>> plan_sources(const Options& options);

/// Where files go: what the user named, else `images` if all sources are Imgur's, and `downloads`
/// if not. Error: the folder's name is a file's, given for a single URL: curl's -o was meant.
[[nodiscard]] Result<std::string> output_folder(const FileOptions& files,
                                                const std::vector<ReaderSource>& sources);

/// The same for a run that reads the failed links of its folder: without a name, the one of
/// `downloads` and `images` here that has a ledger. Error: there is none, or both have.
[[nodiscard]] Result<std::string> folder_of_failed_links(const FileOptions& files);

/// Opens all sources for which nobody has to be waited for, reads the first entry of each list, and
/// closes them again: with a slip in the name of a list, or a file that is none, the run ends
/// before anything of an earlier one is touched. FIFOs, stdin and pages are opened at their turn.
/// Error: one that cannot be read (exit status 3).
[[nodiscard]] Result<> check_sources(const std::vector<ReaderSource>& sources,
                                     SourceContext context);

}  // namespace fanfetch
