// Certificates for TLS tests, made when first asked for.
#pragma once

#include <string>

namespace fogis::testing {

/// Files of a certificate and its key, PEM.
struct Identity {
  std::string certificate;
  std::string key;
};

/// Everything that TLS tests need, all with elliptic curve keys (P-256), in one temporary directory
/// that lives as long as the test program.
struct Certificates {
  std::string ca;            ///< signs all but self_signed and stranger_ca
  std::string ca_directory;  ///< holds the CA under its hash, as c_rehash makes it
  std::string stranger_ca;   ///< another authority that signs nothing here
  Identity server;           ///< for localhost, 127.0.0.1 and ::1
  Identity wrong_name;       ///< for other.example.org
  Identity expired;          ///< as server, ended yesterday
  Identity self_signed;      ///< as server, signed by itself
  Identity unchained;        ///< as server, signed by an intermediate authority that it leaves out
  Identity client;           ///< for client authentication
  Identity client_expired;   ///< as client, ended yesterday
  Identity client_for_servers;  ///< its extended key usage is serverAuth alone
};

/// The same set for the whole program. Thread-safe.
const Certificates& certificates();

}  // namespace fogis::testing
