#pragma once

#include <optional>
#include <string>

#include "common/job.h"
#include "common/url.h"

namespace fanfetch {

/// The address that `url` names outright and that links may not reach; none: it may be asked for.
/// Names are left to the worker, which sees each address before it connects; through a proxy, which
/// resolves names itself, this is the only guard.
[[nodiscard]] std::optional<std::string> refused_literal(const Url& url,
                                                         PrivateAddresses private_addresses);

}  // namespace fanfetch
