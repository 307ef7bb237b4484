#include "worker/check/content_kind.h"

#include <algorithm>
#include <string>

#include "common/ascii.h"
#include "common/utf8.h"

namespace fanfetch {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  ContentKind kind;
};

/// Kinds with a fixed beginning. Sources: the formats' specifications, and the WHATWG's MIME
/// sniffing standard.
constexpr Magic kMagic[] = {
    {"\xFF\xD8\xFF"sv, ContentKind::jpeg},
    {"\x89PNG\r\n\x1A\n"sv, ContentKind::png},
    {"GIF87a"sv, ContentKind::gif},
    {"GIF89a"sv, ContentKind::gif},
    {"II*\0"sv, ContentKind::tiff},
    {"MM\0*"sv, ContentKind::tiff},
    {"II+\0\x08\0\0\0"sv, ContentKind::tiff},  // BigTIFF
    {"MM\0+\0\x08\0\0"sv, ContentKind::tiff},
    {"\xFF\x0A"sv, ContentKind::jxl},  // a bare codestream
    {"\0\0\0\x0CJXL \r\n\x87\n"sv, ContentKind::jxl},
    {"\x1F\x8B\x08"sv, ContentKind::gzip},
};

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

bool is_webp(std::string_view head) {
  return head.size() >= 12 && head.starts_with("RIFF") && head.substr(8, 4) == "WEBP";
}

/// A text may begin with these two letters too, so the reserved words and the size of the second
/// header must fit.
bool is_bmp(std::string_view head) {
  static constexpr std::string_view kHeaderSizes = "\x0C\x28\x34\x38\x40\x6C\x7C";
  return head.size() >= 18 && head.starts_with("BM") && head.substr(6, 4) == "\0\0\0\0"sv &&
         kHeaderSizes.find(head[14]) != std::string_view::npos && head.substr(15, 3) == "\0\0\0"sv;
}

/// Fewer than 256 icons; the first one's reserved byte is 0 and its data follow the directory.
bool is_ico(std::string_view head) {
  return head.size() >= 22 && head.starts_with("\0\0\1\0"sv) && head[4] != 0 && head[5] == 0 &&
         head[9] == 0 && head.substr(20, 2) == "\0\0"sv &&
         static_cast<unsigned char>(head[18]) >= 22;
}

/// Files that begin with an `ftyp` box (ISO 14496-12, 4.3), whose brands name the kind. `unknown`
/// also while the box is incomplete.
ContentKind kind_by_brands(std::string_view head) {
  if (head.size() < 16 || head.substr(4, 4) != "ftyp") return ContentKind::unknown;
  const std::size_t size = std::min<std::size_t>(big_endian(head), kHeadBytes);
  if (size < 16 || head.size() < size) return ContentKind::unknown;
  const auto has = [&](std::initializer_list<std::string_view> brands) {
    for (std::size_t at = 8; at + 4 <= size; at += 4) {
      if (at == 12) continue;  // the minor version
      if (std::find(brands.begin(), brands.end(), head.substr(at, 4)) != brands.end()) return true;
    }
    return false;
  };
  const std::string_view major = head.substr(8, 4);
  const auto is_major = [&](std::initializer_list<std::string_view> brands) {
    return std::find(brands.begin(), brands.end(), major) != brands.end();
  };
  if (has({"avif", "avis"})) return ContentKind::avif;
  if (has({"heic", "heix", "heim", "heis", "hevc", "hevx"})) return ContentKind::heic;
  if (is_major({"mif1", "msf1"})) return ContentKind::heif;
  if (is_major({"crx "})) return ContentKind::unknown;  // Canon's raw pictures
  // Plain, protected, of audiobooks, and Adobe's for Flash.
  const bool sound = is_major({"M4A ", "M4B ", "M4P ", "F4A ", "F4B "});
  return sound ? ContentKind::m4a : ContentKind::mp4;
}

bool is_printable(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

constexpr std::size_t kFirstBoxBytes = 16;  // that decide whether a file begins with a box

/// Files that begin with another box than `ftyp`: segments of a stream, which players fetch one by
/// one, and old QuickTime (ISO 14496-12, 8.16; the boxes that may stand at the top of a file). A
/// text may hold such a word at this place too, but no size before it and no bytes behind it.
ContentKind kind_by_first_box(std::string_view head) {
  static constexpr std::string_view kBoxes[] = {"styp", "moof", "sidx", "ssix", "moov",
                                                "mdat", "free", "wide", "skip", "emsg",
                                                "prft", "pdin", "pnot"};
  if (head.size() < 8) return ContentKind::unknown;
  const auto* box = std::find(std::begin(kBoxes), std::end(kBoxes), head.substr(4, 4));
  if (box == std::end(kBoxes)) return ContentKind::unknown;
  if (is_printable(head.substr(0, 4))) {
    if (head.size() < kFirstBoxBytes || is_printable(head.substr(8, 8))) {
      return ContentKind::unknown;
    }
  }
  // 0: to the end of the file; 1: a longer size follows.
  const std::uint32_t size = big_endian(head);
  return size > 1 && size < 8 ? ContentKind::unknown : ContentKind::mp4;
}

constexpr std::string_view kEbml = "\x1A\x45\xDF\xA3";

/// An element of a file's inside, as a stream's segments begin with one (RFC 9559, 5.1): Segment,
/// Cluster, Cues.
bool is_webm_segment(std::string_view head) {
  constexpr std::string_view kElements[] = {"\x18\x53\x80\x67"sv, "\x1F\x43\xB6\x75"sv,
                                            "\x1C\x53\xBB\x6B"sv};
  return std::any_of(std::begin(kElements), std::end(kElements),
                     [&](std::string_view element) { return head.starts_with(element); });
}

/// EBML (RFC 8794), by the document type that it names first.
ContentKind kind_by_ebml(std::string_view head) {
  const std::size_t webm = head.find("webm"), matroska = head.find("matroska");
  if (webm == matroska) return ContentKind::unknown;  // neither is there
  return webm < matroska ? ContentKind::webm : ContentKind::matroska;
}

// --- Text ---

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && std::equal(word.begin(), word.end(), text.begin(),
                                                  [](char a, char b) { return a == to_lower(b); });
}

/// The head without its byte order mark; UTF-16 without its zero bytes, which leaves ASCII
/// readable: it lies in `narrowed` then.
std::string_view as_text(std::string_view head, std::string& narrowed) {
  if (head.starts_with(kByteOrderMark)) head.remove_prefix(kByteOrderMark.size());
  if (!head.starts_with("\xFF\xFE") && !head.starts_with("\xFE\xFF")) return head;
  narrowed = head.substr(2);
  std::erase(narrowed, '\0');
  return narrowed;
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\f"), text.size()));
}

/// Removes the front of `text` up to and including `end`. False: `end` is not in it.
bool skip_past(std::string_view& text, std::string_view end) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) return false;
  text.remove_prefix(at + end.size());
  return true;
}

/// The name after a '<' or `<!doctype`, in lower case, without a namespace prefix. Empty: there is
/// none, or the head may end inside it.
std::string name_in(std::string_view text) {
  skip_blanks(text);
  const std::size_t end = text.find_first_of(" \t\r\n\f>/[");
  if (end == std::string_view::npos) return "";
  const std::string name = to_lower(text.substr(0, end));
  return name.substr(name.rfind(':') + 1);  // npos + 1 is 0
}

ContentKind kind_by_root(const std::string& name) {
  // Elements that HTML may begin with: the WHATWG's MIME sniffing standard, and `meta`.
  static constexpr std::string_view kHtml[] = {"html", "head",  "script", "iframe", "h1",    "div",
                                               "font", "table", "a",      "style",  "title", "b",
                                               "body", "br",    "p",      "meta"};
  if (name == "svg") return ContentKind::svg;
  const bool html = std::find(std::begin(kHtml), std::end(kHtml), name) != std::end(kHtml);
  return html ? ContentKind::html : ContentKind::unknown;
}

/// Skips what may precede the root element (comments, processing instructions), then reads its
/// name.
ContentKind kind_of_markup(std::string_view head, Head state) {
  std::string narrowed;
  std::string_view text = as_text(head, narrowed);
  // For a head that ends before the root element: more bytes may decide, if more can arrive.
  const auto beyond = state == Head::complete ? ContentKind::xml : ContentKind::unknown;
  bool prolog = false;  // a comment or an instruction was skipped
  for (;; prolog = true) {
    skip_blanks(text);
    if (text.empty()) return prolog ? beyond : ContentKind::unknown;
    if (text[0] != '<') return ContentKind::unknown;
    if (text.starts_with("<!--")) {
      if (!skip_past(text, "-->")) return beyond;
    } else if (text.starts_with("<?")) {
      if (!skip_past(text, "?>")) return beyond;
    } else {
      const std::string name = name_in(text.substr(starts_with_word(text, "<!doctype") ? 9 : 1));
      return name.empty() && prolog ? beyond : kind_by_root(name);
    }
  }
}

}  // namespace

ContentKind sniff(std::span<const std::byte> bytes, Head state) {
  std::string_view head(reinterpret_cast<const char*>(bytes.data()),
                        std::min(bytes.size(), kHeadBytes));
  for (const Magic& magic : kMagic) {
    if (head.starts_with(magic.bytes)) return magic.kind;
  }
  if (is_webp(head)) return ContentKind::webp;
  if (is_bmp(head)) return ContentKind::bmp;
  if (is_ico(head)) return ContentKind::ico;
  if (is_webm_segment(head)) return ContentKind::webm;
  if (head.starts_with(kEbml)) return kind_by_ebml(head);
  if (const auto kind = kind_by_brands(head); kind != ContentKind::unknown) return kind;
  if (const auto kind = kind_by_first_box(head); kind != ContentKind::unknown) return kind;
  // What a growing head is taken for must not change: a box may begin with any four bytes, those of
  // markup too.
  const bool may_be_box = head.size() < kFirstBoxBytes || head.substr(4, 4) == "ftyp";
  if (state == Head::growing && may_be_box) return ContentKind::unknown;
  return kind_of_markup(head, state);
}

bool is_picture(ContentKind kind) {
  switch (kind) {
    case ContentKind::unknown:
    case ContentKind::html:
    case ContentKind::xml:
    case ContentKind::gzip: return false;
    default: return true;
  }
}

std::string_view mime_type(ContentKind kind) {
  switch (kind) {
    case ContentKind::unknown:
    case ContentKind::xml:
    case ContentKind::gzip: return "";
    case ContentKind::jpeg: return "image/jpeg";
    case ContentKind::png: return "image/png";
    case ContentKind::gif: return "image/gif";
    case ContentKind::webp: return "image/webp";
    case ContentKind::avif: return "image/avif";
    case ContentKind::heic: return "image/heic";
    case ContentKind::heif: return "image/heif";
    case ContentKind::bmp: return "image/bmp";
    case ContentKind::tiff: return "image/tiff";
    case ContentKind::ico: return "image/x-icon";
    case ContentKind::jxl: return "image/jxl";
    case ContentKind::svg: return "image/svg+xml";
    case ContentKind::mp4: return "video/mp4";
    case ContentKind::m4a: return "audio/mp4";
    case ContentKind::webm: return "video/webm";
    case ContentKind::matroska: return "video/x-matroska";
    case ContentKind::html: return "text/html";
  }
  return "";
}

}  // namespace fanfetch
