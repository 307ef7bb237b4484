#include "coordinator/link/record.h"

namespace fanfetch {

std::string_view name(Status status) {
  switch (status) {
    case Status::saved: return "saved";
    case Status::kept: return "kept";
    case Status::skipped: return "skipped";
    case Status::failed: return "failed";
  }
  return "unknown";
}

}  // namespace fanfetch
