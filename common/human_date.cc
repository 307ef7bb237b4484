#include "common/human_date.h"

namespace fanfetch {

std::string human_date(WallTime time) {
  std::string text = format_rfc3339(time).substr(0, 19);
  text[10] = ' ';
  return text + " UTC";
}

}  // namespace fanfetch
