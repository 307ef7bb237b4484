#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace fanfetch {

/// Whether a file of these numbers, as fstat() has them, is the stream that the journal reads.
/// `stream`: $JOURNAL_STREAM; nullopt: not set. Pure.
[[nodiscard]] bool is_journal(const std::optional<std::string>& stream, std::uint64_t device,
                              std::uint64_t inode);

/// Whether this process's descriptor leads to the journal: lines get priorities there.
[[nodiscard]] bool goes_to_journal(int fd);

}  // namespace fanfetch
