// How TLS is done. Plain values; lib/config finds them and lib/net uses them.
#pragma once

#include <string>

namespace fogis {

/// File names are as the user gave them; empty means not set.
struct TlsSettings {
  bool verify = true;        ///< check the chain and the name of the server
  bool verify_name = true;   ///< with `verify`: check the name, not the chain alone
  std::string ca_file;       ///< PEM; the system's store when neither this nor the directory is set
  std::string ca_directory;  ///< hashed directory, as c_rehash makes it
  std::string certificate_file;  ///< PEM chain of the client; together with key_file
  std::string key_file;
  std::string server_name;  ///< for SNI and the name check; empty: the host
};

}  // namespace fogis
