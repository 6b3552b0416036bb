// cpp-httplib, without the work that it does at every start of the program.
#pragma once

#include <openssl/ssl.h>

// The header has a static object that initialises all of OpenSSL before main: 2.4 million
// instructions and 1.5 MB for commands that never ask for a web page. OpenSSL (since 1.1.0) does
// that by itself when it is first used.
#define OPENSSL_init_ssl(options, settings) static_cast<void>(0)
#include <httplib.h>
#undef OPENSSL_init_ssl
