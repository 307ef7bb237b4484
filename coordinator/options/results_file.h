#pragma once

#include <string>
#include <vector>

#include "common/result.h"
#include "coordinator/ledger/history.h"
#include "coordinator/options/options.h"
#include "coordinator/reading/reader.h"

namespace fanfetch {

/// Whether the file of `--results` may be replaced, as opening it does: it is not there, or empty,
/// or no regular file (a pipe, /dev/null), or what an earlier run left as its results. Opens
/// nothing but that file, and changes nothing. `results`: empty or `-` is no file.
/// Error: it is part of the ledger, a list that is still to be read, standard input too, or any
/// other file of the user's; names it, and what to do (exit status 2).
[[nodiscard]] Result<> check_results_file(const std::string& results, const FileOptions& files,
                                          const std::vector<ReaderSource>& sources);

/// Whether the file of `--metrics` may be replaced: it is not there, or empty, or metrics of an
/// earlier run, and its folder can be written. As check_results_file(); `metrics` empty: none.
[[nodiscard]] Result<> check_metrics_file(const std::string& metrics, const std::string& results,
                                          const FileOptions& files,
                                          const std::vector<ReaderSource>& sources);

/// Whether the file `path`, which `option` names, is a download of `output`: its content may look
/// like what fanfetch writes. For --metrics, the rest of check_metrics_file(). Error: it is.
[[nodiscard]] Result<> check_is_no_download(std::string_view option, const std::string& path,
                                            const std::string& output, History& history);

/// Notes the files of a run that may lie among its downloads, for `fanfetch verify`.
void note_written_files(const Options& options);

}  // namespace fanfetch
