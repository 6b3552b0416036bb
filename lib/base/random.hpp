// Randomness from the system.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace fogis {

/// 64 random bits from the kernel. Thread-safe.
std::uint64_t random_bits();

/// `digits` random lower-case hexadecimal digits, for names that must not collide. Thread-safe.
std::string random_hex(std::size_t digits);

/// A version 4 UUID (RFC 9562) in its canonical form. Thread-safe.
std::string random_uuid();

}  // namespace fogis
