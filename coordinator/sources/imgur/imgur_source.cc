#include "coordinator/sources/imgur/imgur_source.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "common/ascii.h"
#include "common/url.h"
#include "coordinator/link/retry_wait.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Items = ImgurListing::Items;
using Kind = ImgurFailure::Kind;

constexpr seconds kFirstPause{1};  // doubled each time
constexpr seconds kLongestPause{60};
/// A 500 that comes three times will not go away soon.
constexpr seconds kMaxWaitWhileBroken{3};

/// The pause before the next try: exponential back-off, or Retry-After if that is longer. `tries`:
/// made so far, without success.
milliseconds pause_after(int tries, std::string_view retry_after, WallTime now) {
  const Duration pause = exponential_backoff(tries, kFirstPause, kLongestPause);
  const Duration asked = parse_retry_after(retry_after, now).value_or(seconds(0));
  return std::chrono::ceil<milliseconds>(std::max(pause, asked));
}

/// Two pages with the same fingerprint have the same links.
Sha256Digest fingerprint(const std::vector<ImgurItem>& items) {
  std::string links;
  for (const ImgurItem& item : items)
    links += item.entry.id + ' ' + item.entry.url.value_or("") + '\n';
  return sha256(links);
}

/// Whether an id can be put into a URL without encoding.
bool is_plain(std::string_view id) {
  return !id.empty() &&
         std::all_of(id.begin(), id.end(), [](char c) { return is_alphanumeric(c); });
}

ListedItem with_problem(ListedItem item, ErrorClass kind, std::string problem) {
  item.problem = std::move(problem);
  item.problem_class = kind;
  return item;
}

}  // namespace

Result<std::optional<ListedItem>> ImgurSource::next() {
  for (;;) {
    if (next_image_ < images_.size()) return std::move(images_[next_image_++]);
    Result<Step> step = Step::go_on;
    if (next_item_ == items_.size()) {
      step = read_page();
    } else {
      ImgurItem item = std::move(items_[next_item_++]);
      if (!item.is_album) return std::move(item.entry);
      if (!access_.albums && listing_.items != Items::post) {
        return with_problem(std::move(item.entry), ErrorClass::filtered,
                            "an album: --albums opens it into its images");
      }
      step = open_album(std::move(item));
    }
    if (!step) return tl::unexpected(step.error());
    if (*step == Step::end) return std::nullopt;
  }
}

Result<ImgurSource::Step> ImgurSource::read_page() {
  if (ended_ || next_page_ >= (listing_.is_paged() ? access_.pages : 1)) return end();
  auto answer = ask(listing_.page_endpoint(next_page_), listing_.items);
  if (!answer) return fail("{}", answer.error().message());
  if (!*answer) return Step::end;
  items_ = std::move(**answer);
  next_item_ = 0;
  if (items_.empty()) return end();
  // A server that ignores the page number would be asked forever.
  const Sha256Digest page = fingerprint(items_);
  if (next_page_ > 0 && page == last_page_) {
    access_.notice(fmt::format("Imgur: page {} is page {} again, so the listing ends there",
                               next_page_, next_page_ - 1));
    items_.clear();
    return end();
  }
  last_page_ = page;
  ++next_page_;
  return Step::go_on;
}

/// The last step: reports the remaining credits.
ImgurSource::Step ImgurSource::end() {
  if (!std::exchange(ended_, true)) {
    const std::string left = credits_.describe(access_.now());
    if (!left.empty()) access_.notice("Imgur: " + left);
  }
  return Step::end;
}

Result<ImgurSource::Step> ImgurSource::open_album(ImgurItem album) {
  images_ = std::move(album.images);
  next_image_ = 0;
  if (images_.size() < album.images_count) {
    Answer whole = tl::unexpected(ImgurFailure{.what = "its id is not valid"});
    if (is_plain(album.entry.id)) {
      whole = ask(fmt::format("/3/album/{}/images", album.entry.id), Items::data);
    }
    if (whole && !*whole) return Step::end;
    if (whole) {
      images_.clear();
      for (ImgurItem& image : **whole) images_.push_back(std::move(image.entry));
    } else {
      const ImgurFailure& failure = whole.error();
      if (failure.kind == Kind::throttled) return fail("{}", failure.message());
      // The images that the listing itself contains are yielded all the same.
      images_.push_back(
          with_problem(std::move(album.entry), failure.error,
                       fmt::format("{} images of this album cannot be had: {}",
                                   album.images_count - images_.size(), failure.message())));
      return Step::go_on;
    }
  }
  if (images_.empty()) {
    images_.push_back(
        with_problem(std::move(album.entry), ErrorClass::no_link, "the album has no images"));
  }
  return Step::go_on;
}

ImgurSource::Answer ImgurSource::ask(const std::string& endpoint, Items items) {
  const PageRequest request{.url = access_.api_base + endpoint,
                            .headers = {"Authorization: Client-ID " + access_.client_id},
                            .why_not_elsewhere =
                                "another server, which must not get the client ID; if it is the "
                                "right one, name it with --api-base",
                            .retry_refusals = false};
  const milliseconds max_wait =
      access_.max_wait.count() == 0 ? milliseconds::max() : access_.max_wait;
  waited_ = milliseconds(0);
  for (int tries = 1;; ++tries) {
    if (stopping()) return std::nullopt;
    if (const auto shortage = credits_.shortage(access_.now())) {
      const ImgurFailure failure{Kind::throttled, ErrorClass::rate_limited,
                                 "Imgur: only " + shortage->what, shortage->advice};
      if (!shortage->renewed_in) return tl::unexpected(failure);
      const auto step = wait_for(*shortage->renewed_in, max_wait, failure);
      if (!step) return tl::unexpected(step.error());
      if (*step == Step::end) return std::nullopt;
      credits_.renew();
    }
    const auto page = access_.fetch_page(request);
    if (!page) {
      if (stopping()) return std::nullopt;
      return tl::unexpected(
          ImgurFailure{.error = ErrorClass::connect, .what = page.error().message});
    }
    credits_.note(*page, access_.now());
    auto read = read_imgur_page(*page, items, mask_userinfo(request.url), access_.client_id,
                                access_.columns);
    if (read) return std::move(*read);
    if (read.error().kind == Kind::final) return tl::unexpected(read.error());
    if (credits_.shortage(access_.now())) continue;  // the shortage gives the time to wait
    const auto step =
        wait_for(pause_after(tries, page->header("retry-after"), access_.now()),
                 read.error().kind == Kind::broken ? kMaxWaitWhileBroken : max_wait, read.error());
    if (!step) return tl::unexpected(step.error());
    if (*step == Step::end) return std::nullopt;
  }
}

/// Waits before the next attempt. Error: `failure`, if all pauses for this request would add up to
/// more than `most`.
tl::expected<ImgurSource::Step, ImgurFailure> ImgurSource::wait_for(milliseconds delay,
                                                                    milliseconds most,
                                                                    const ImgurFailure& failure) {
  if (delay > most - std::min(waited_, most)) {
    ImgurFailure given_up = failure;
    if (delay > most && failure.kind == Kind::throttled)
      given_up.advice = "try again in " + rough_time(delay);
    return tl::unexpected(std::move(given_up));
  }
  access_.notice(fmt::format("{}: asking again in {}", failure.what, rough_time(delay)));
  if (!access_.wait(delay)) return Step::end;
  waited_ += delay;
  return Step::go_on;
}

bool ImgurSource::stopping() const { return !access_.wait(milliseconds(0)); }

Result<std::unique_ptr<Source>> open_imgur(ImgurListing listing, ImgurAccess access) {
  const std::string& id = access.client_id;
  if (id.empty()) return fail("no Imgur client ID: set IMGUR_CLIENT_ID or --client-id-file");
  if (!std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~'; })) {
    return fail("the Imgur client ID has characters that no ID has: check IMGUR_CLIENT_ID");
  }
  return std::make_unique<ImgurSource>(std::move(listing), std::move(access));
}

}  // namespace fanfetch
