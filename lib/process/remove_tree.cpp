#include "process/remove_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace fogis::process {
namespace {

constexpr int kDeepest = 32;
constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

int empty_directory(int directory, int depth);

bool is_self_or_parent(const char* name) {
  return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

int remove_entry(int directory, const char* name, int depth) {
  if (::unlinkat(directory, name, 0) == 0 || errno == ENOENT) {
    return 0;
  }
  const int refusal = errno;
  const int inner = ::openat(directory, name, kOpenDirectory);
  if (inner < 0) {
    return refusal;
  }
  const int fault = empty_directory(inner, depth + 1);
  ::close(inner);
  if (fault != 0) {
    return fault;
  }
  return ::unlinkat(directory, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : errno;
}

int empty_directory(int directory, int depth) {
  if (depth > kDeepest) {
    return ELOOP;
  }
  alignas(dirent64) std::array<char, 1024> entries;
  // Positions may shift when entries vanish, so it is read from the start until a pass finds none.
  for (bool found = true; found;) {
    found = false;
    ::lseek(directory, 0, SEEK_SET);
    while (true) {
      const auto size = ::syscall(SYS_getdents64, directory, entries.data(), entries.size());
      if (size <= 0) {
        if (size < 0) {
          return errno;
        }
        break;
      }
      for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
        const auto* const entry = reinterpret_cast<const dirent64*>(entries.data() + at);
        at += entry->d_reclen;
        if (is_self_or_parent(entry->d_name)) {
          continue;
        }
        found = true;
        const int fault = remove_entry(directory, entry->d_name, depth);
        if (fault != 0) {
          return fault;
        }
      }
    }
  }
  return 0;
}

}  // namespace

int remove_tree(int directory, const char* path) {
  const int opened = directory >= 0 ? -1 : ::open(path, kOpenDirectory);
  if (directory < 0 && opened < 0) {
    return errno == ENOENT ? 0 : errno;
  }
  const int fault = empty_directory(directory >= 0 ? directory : opened, 1);
  if (opened >= 0) {
    ::close(opened);
  }
  if (fault != 0) {
    return fault;
  }
  return ::rmdir(path) == 0 || errno == ENOENT ? 0 : errno;
}

}  // namespace fogis::process
