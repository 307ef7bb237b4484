#include "coordinator/sources/imgur/imgur_credits.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Credits that are not used: others may use the same ID or address, and a response may be late.
/// A twentieth of the limit, if that is less.
constexpr std::uint64_t kReserve = 10;
constexpr std::uint64_t kReserveShare = 20;

/// A smaller reset value is not a time since 1970 but a number of seconds from now.
constexpr std::uint64_t kFirstEpoch = 1'000'000'000;  // 2001
/// No credits are renewed less often than once a month.
constexpr std::uint64_t kLongestReset = 31 * 24 * 3600;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

std::optional<WallTime> read_reset(std::string_view text, WallTime now) {
  const auto value = number(text);
  if (!value) return std::nullopt;
  if (*value < kFirstEpoch) return now + seconds(std::min(*value, kLongestReset));
  const auto since_epoch = std::chrono::floor<seconds>(now.time_since_epoch()).count();
  const auto latest = static_cast<std::uint64_t>(since_epoch) + kLongestReset;
  return WallTime(seconds(std::min(*value, latest)));
}

void note_number(std::optional<std::uint64_t>& known, std::string_view text) {
  if (const auto value = number(text)) known = value;
}

milliseconds until(WallTime time, WallTime now) {
  return std::max(std::chrono::ceil<milliseconds>(time - now), milliseconds(seconds(1)));
}

}  // namespace

std::string rough_time(milliseconds time) {
  const auto whole = std::max(std::chrono::ceil<seconds>(time), seconds(1));
  if (whole < seconds(100)) return fmt::format("{} s", whole.count());
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(whole);
  if (minutes.count() < 100) return fmt::format("{} min", minutes.count());
  return fmt::format("{} h", std::chrono::ceil<std::chrono::hours>(minutes).count());
}

bool ImgurCredits::Account::is_short() const {
  if (!remaining) return false;
  const std::uint64_t reserve = limit ? std::min(kReserve, *limit / kReserveShare) : kReserve;
  return *remaining <= reserve;
}

std::string ImgurCredits::Account::left() const {
  return limit ? fmt::format("{} of {}", *remaining, *limit) : fmt::format("{}", *remaining);
}

void ImgurCredits::note(const Page& page, WallTime now) {
  note_number(user_.limit, page.header("x-ratelimit-userlimit"));
  note_number(user_.remaining, page.header("x-ratelimit-userremaining"));
  note_number(client_.limit, page.header("x-ratelimit-clientlimit"));
  note_number(client_.remaining, page.header("x-ratelimit-clientremaining"));
  if (const auto reset = read_reset(page.header("x-ratelimit-userreset"), now)) user_reset_ = reset;
}

std::optional<ImgurCredits::Shortage> ImgurCredits::shortage(WallTime now) const {
  if (client_.is_short()) {
    return Shortage{.what = client_.left() + " credits of this client ID left today",
                    .renewed_in = std::nullopt,
                    .advice = "try again tomorrow, since Imgur blocks an ID that uses up more"};
  }
  if (!user_.is_short()) return std::nullopt;
  Shortage shortage{.what = user_.left() + " credits left",
                    .renewed_in = std::nullopt,
                    .advice = "try again in an hour"};
  if (user_reset_) {
    shortage.renewed_in = until(*user_reset_, now);
    shortage.advice = "try again in " + rough_time(*shortage.renewed_in);
  }
  return shortage;
}

void ImgurCredits::renew() {
  user_.remaining.reset();
  user_reset_.reset();
}

std::string ImgurCredits::describe(WallTime now) const {
  std::string text;
  if (user_.remaining) {
    text = user_.left() + " credits left";
    if (user_reset_ && *user_reset_ > now) {
      text += ", renewed in " + rough_time(until(*user_reset_, now));
    }
  }
  if (client_.remaining) {
    text += fmt::format("{}{} of this client ID's credits left today", text.empty() ? "" : "; ",
                        client_.left());
  }
  return text;
}

}  // namespace fanfetch
