#include "base/random.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <chrono>

namespace fogis {

std::uint64_t random_bits() {
  std::uint64_t bits = 0;
  // getrandom fills up to 256 bytes without interruption (getrandom(2)).
  if (::getrandom(&bits, sizeof(bits), 0) != static_cast<ssize_t>(sizeof(bits))) {
    // Only kernels before 3.17 or a seccomp filter get here; unpredictability is not needed, only
    // difference, which address and time give.
    bits = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()) ^
           (reinterpret_cast<std::uintptr_t>(&bits) << 20U);
  }
  return bits;
}

std::string random_hex(std::size_t digits) {
  std::string text;
  while (text.size() < digits) {
    text += fmt::format("{:016x}", random_bits());
  }
  text.resize(digits);
  return text;
}

std::string random_uuid() {
  const auto high = random_bits();
  const auto low = random_bits();
  // Version 4 in bits 48-51, variant 10 in bits 64-65 (RFC 9562 section 5.4).
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xFFFFU,
                     high & 0xFFFU, ((low >> 48U) & 0x3FFFU) | 0x8000U, low & 0xFFFFFFFFFFFFU);
}

}  // namespace fogis
