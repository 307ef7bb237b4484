#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/result.h"
#include "coordinator/sources/list_format.h"
#include "coordinator/sources/streams/byte_stream.h"
#include "coordinator/sources/streams/checked_stream.h"
#include "coordinator/sources/streams/decoded_stream.h"

namespace fanfetch {

/// What the name of a list says about it: `urls.CSV.gz` is CSV and gzip. Other endings are text.
struct ListEnding {
  ListFormat format = ListFormat::text;
  Compression compression = Compression::none;
};
[[nodiscard]] ListEnding ending_of(std::string_view path);

/// An opened list, not yet read.
struct ListText {
  std::unique_ptr<ByteStream> bytes;  ///< The decompressed text.
  std::string name;                   ///< For messages: `standard input` or the path in quotes.
  Beginning beginning = Beginning::first_read;  ///< How much of it may be waited for.
};

/// Opens the list at `path`, or standard input for `-`. Blocks on a FIFO until it has a writer.
/// `before_waiting`: see SourceContext. Error: the list cannot be opened.
[[nodiscard]] Result<ListText> open_list(const std::string& path, int stop_fd,
                                         std::function<void()> before_waiting = {});

}  // namespace fanfetch
