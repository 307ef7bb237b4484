#include "coordinator/sources/file_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "common/ascii.h"

namespace fanfetch {
namespace {

using namespace std::string_view_literals;

/// The first bytes of a kind of file, what it is, and what to do.
struct Magic {
  std::string_view bytes;
  std::string_view advice;
};
constexpr Magic kMagics[] = {
    {"PAR1"sv,
     "is Parquet: write its links as a table, as in python3 -c \"import pandas; "
     "pandas.read_parquet('FILE').to_csv('links.csv')\""},
    {"ORC"sv,
     "is ORC: write its links as a table, as in python3 -c \"import pandas; "
     "pandas.read_orc('FILE').to_csv('links.csv')\""},
    {"ARROW1"sv,
     "is Arrow: write its links as a table, as in python3 -c \"import pandas; "
     "pandas.read_feather('FILE').to_csv('links.csv')\""},
    {"FEA1"sv,
     "is Feather: write its links as a table, as in python3 -c \"import pandas; "
     "pandas.read_feather('FILE').to_csv('links.csv')\""},
    {"Obj\x01"sv, "is Avro: write it as JSON lines: avro cat FILE | fanfetch --format jsonl -"},
    {"SQLite format 3\0"sv,
     "is an SQLite database: ask it for the links: sqlite3 FILE 'select url from TABLE' | fanfetch "
     "-"},
    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "is a file of an old office program: save it as CSV"},
    {"%PDF-"sv, "is a PDF, not a list: write its links one a line"},
    {"\xfd"
     "7zXZ\0"sv,
     "is compressed in a way that is not read here: pipe it in: xz -dc FILE | fanfetch -"},
    {"BZh91AY&SY"sv,
     "is compressed in a way that is not read here: pipe it in: bzip2 -dc FILE | fanfetch -"},
    {"\x04\x22\x4D\x18"sv,
     "is compressed in a way that is not read here: pipe it in: lz4 -dc FILE | fanfetch -"},
    {"LZIP"sv,
     "is compressed in a way that is not read here: pipe it in: lzip -dc FILE | fanfetch -"},
    {"\x1f\x9d"sv,
     "is compressed in a way that is not read here: pipe it in: uncompress -c FILE | fanfetch -"},
    {"7z\xBC\xAF\x27\x1C"sv, "is a 7z archive: unpack it: 7z x -so FILE | fanfetch -"},
    {"Rar!\x1a\x07"sv, "is a RAR archive: unpack it: unrar p -inul FILE | fanfetch -"},
    {"\xFF\xD8\xFF"sv, "is a picture, not a list"},
    {"\x89PNG"sv, "is a picture, not a list"},
    {"GIF8"sv, "is a picture, not a list"},
};

std::string archive(std::string_view text) {
  constexpr std::string_view kTar = "ustar";
  constexpr std::size_t kTarOffset = 257;
  if (text.size() > kTarOffset && text.substr(kTarOffset).starts_with(kTar)) {
    return "is a tar archive: unpack it: tar -xOf FILE | fanfetch -";
  }
  if (!text.starts_with("PK\x03\x04") && !text.starts_with("PK\x05\x06")) return {};
  const auto holds = [text](std::string_view part) { return text.find(part) != text.npos; };
  if (holds("xl/") || holds("application/vnd.oasis.opendocument.spreadsheet") ||
      holds("[Content_Types].xml")) {
    return "is a workbook of a spreadsheet program: save it as CSV, or: xlsx2csv FILE | fanfetch "
           "--format csv -";
  }
  return "is a zip archive: unpack it: unzip -p FILE | fanfetch -";
}

/// UTF-16 and UTF-32, with a mark or by the zeros that ASCII has in them.
std::string wide_text(std::string_view text) {
  constexpr std::size_t kLookedAt = 512;
  const auto advice = [](std::string_view encoding) {
    return fmt::format("is {0}: write it as UTF-8: iconv -f {0} -t UTF-8 FILE | fanfetch -",
                       encoding);
  };
  if (text.starts_with("\xFF\xFE\0\0"sv) || text.starts_with("\0\0\xFE\xFF"sv)) {
    return advice("UTF-32");
  }
  if (text.starts_with("\xFF\xFE"sv) || text.starts_with("\xFE\xFF"sv)) return advice("UTF-16");
  text = text.substr(0, kLookedAt);
  std::size_t zeros[4] = {};
  for (std::size_t i = 0; i < text.size(); ++i) zeros[i % 4] += text[i] == '\0' ? 1 : 0;
  const std::size_t units = text.size() / 4;
  if (units == 0) return {};
  const auto most = [units](std::size_t count) { return count * 10 >= units * 6; };
  const auto few = [units](std::size_t count) { return count * 10 <= units; };
  if (few(zeros[0]) && most(zeros[1]) && most(zeros[2]) && most(zeros[3]))
    return advice("UTF-32LE");
  if (most(zeros[0]) && most(zeros[1]) && most(zeros[2]) && few(zeros[3]))
    return advice("UTF-32BE");
  if (few(zeros[0]) && most(zeros[1]) && few(zeros[2]) && most(zeros[3])) return advice("UTF-16LE");
  if (most(zeros[0]) && few(zeros[1]) && most(zeros[2]) && few(zeros[3])) return advice("UTF-16BE");
  return {};
}

/// Any other file of a program's own. Text in whatever encoding has hardly a control character; of
/// compressed data one byte in nine is one.
std::string binary(std::string_view text) {
  constexpr std::size_t kLookedAt = 512;
  constexpr std::size_t kEnough = 32;
  text = text.substr(0, kLookedAt);
  const auto controls = std::count_if(text.begin(), text.end(), [](char c) {
    return is_control(c) && kWhitespace.find(c) == std::string_view::npos;
  });
  if (text.size() < kEnough || static_cast<std::size_t>(controls) * 20 < text.size()) return {};
  return "is no text, so no list: write its links one a line";
}

/// Of a tag or a declaration, behind its '<'; empty: it is none, as in `<http://h/1>`.
std::string_view tag_name(std::string_view text) {
  const std::size_t end = std::min(
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!?-:"),
      text.size());
  const std::string_view name = text.substr(0, end);
  const bool ends =
      end == text.size() || std::string_view(" \t\r\n/>[").find(text[end]) != text.npos;
  return ends && !name.ends_with(':') ? name : std::string_view();
}

}  // namespace

std::string binary_kind(std::string_view beginning) {
  for (const Magic& magic : kMagics) {
    if (beginning.starts_with(magic.bytes)) return std::string(magic.advice);
  }
  for (const auto& look : {archive, wide_text, binary}) {
    if (auto kind = look(beginning); !kind.empty()) return kind;
  }
  return {};
}

std::string markup_kind(std::string_view text) {
  if (!text.starts_with('<')) return {};
  const std::string_view name = tag_name(text.substr(1));
  if (name.empty()) return {};
  constexpr std::string_view kLocations =
      "grep -oP '<loc>\\s*\\K[^<\\s]+' FILE | sed 's/&amp;/\\&/g'";
  if (text.find("<sitemapindex") != std::string_view::npos) {
    return fmt::format("is an index of sitemaps (XML): fetch the sitemaps that it names: {}",
                       kLocations);
  }
  if (text.find("<urlset") != std::string_view::npos) {
    return fmt::format("is a sitemap (XML): take the links out of it: {} | fanfetch -", kLocations);
  }
  const bool xml = is_same_word(name, "?xml") || name.find(':') != std::string_view::npos ||
                   is_same_word(name, "rss") || is_same_word(name, "feed") ||
                   is_same_word(name, "metalink");
  if (xml && text.find("<html") == std::string_view::npos) {
    return "is XML, not a list: write its links one a line";
  }
  return "is an HTML page, not a list (of a sign-in or an error?); the links of a page: lynx -dump "
         "-listonly -nonumbers FILE | fanfetch -";
}

}  // namespace fanfetch
