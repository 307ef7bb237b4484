#pragma once

#include <memory>
#include <optional>
#include <string>

namespace fanfetch {

/// One URL in libcurl's parser. Encode::yes leaves `^ | { } " < > \` and the backtick as they are.
class CurlUrl {
 public:
  enum class Part { url, scheme, user, password, host, port, path, query, fragment, zone };
  /// What a part looks like that is read.
  enum class Form { as_is, percent_decoded, punycode };
  /// Bytes that no URL may hold raw are percent-encoded, or refused.
  enum class Encode { no, yes };
  /// Schemes that libcurl does not know are taken, too, or refused.
  enum class Schemes { known, all };

  /// Why a text is no URL.
  struct Problem {
    bool bad_scheme = false;
    std::string text;  ///< libcurl's words.
  };

  /// Throws std::bad_alloc.
  CurlUrl();

  /// Reads `text`; relative to the URL that was read before, if there is one. nullopt: it is good.
  /// After a problem the earlier URL stands.
  [[nodiscard]] std::optional<Problem> read(const std::string& text, Encode encode,
                                            Schemes schemes);
  /// A part of the URL; "" if it has none. nullopt: it cannot be had in that form.
  [[nodiscard]] std::optional<std::string> part(Part part, Form form = Form::as_is) const;

 private:
  struct Free {
    void operator()(void* handle) const;
  };
  std::unique_ptr<void, Free> handle_;  // a CURLU
};

}  // namespace fanfetch
