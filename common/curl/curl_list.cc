#include "common/curl/curl_list.h"

#include <curl/curl.h>

#include <new>

namespace fanfetch {

void CurlList::Free::operator()(curl_slist* list) const { curl_slist_free_all(list); }

CurlList::CurlList(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) append(text);
}

void CurlList::append(const std::string& text) {
  curl_slist* longer = curl_slist_append(list_.get(), text.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list_.release());  // the same list, or nullptr
  list_.reset(longer);
}

}  // namespace fanfetch
