#pragma once

#include <memory>
#include <string>
#include <vector>

struct curl_slist;

namespace fanfetch {

/// A list of texts as libcurl takes them: header lines, addresses. Owns copies of the texts.
class CurlList {
 public:
  CurlList() = default;
  explicit CurlList(const std::vector<std::string>& texts);

  /// Throws std::bad_alloc; the list is unchanged then.
  void append(const std::string& text);

 private:
  friend class CurlEasy;

  struct Free {
    void operator()(curl_slist* list) const;
  };
  std::unique_ptr<curl_slist, Free> list_;
};

}  // namespace fanfetch
