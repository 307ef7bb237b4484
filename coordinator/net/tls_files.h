#pragma once

#include <string>

#include "common/result.h"

namespace fanfetch {

// Looks into the files that a user named for TLS, so that a wrong one is told at the start and
// once, not by each link. Errors say what is wrong with which file, and never what is in it.

/// A bundle of certificates to trust: PEM, at least one.
[[nodiscard]] Result<> check_ca_file(const std::string& path);

/// A client's certificate with its chain, and its private key, both PEM and for each other; the key
/// without a password, since a server has nobody to type one.
[[nodiscard]] Result<> check_client_certificate(const std::string& cert, const std::string& key);

}  // namespace fanfetch
