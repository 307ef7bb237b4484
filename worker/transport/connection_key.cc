#include "worker/transport/connection_key.h"

#include "common/way.h"

namespace fanfetch {

std::string connection_key(const Job& job) {
  return (job.verify_tls == VerifyTls::yes ? "" : "insecure ") + way_key(job.url, job.proxy);
}

}  // namespace fanfetch
