// Removes a directory with system calls alone.
#pragma once

namespace fogis::process {

/// Removes the directory `path` and everything in it. `directory` is an open descriptor of it, or
/// -1 to open it here. Symbolic links are removed, not followed. A directory that is gone already
/// counts as removed. Allocates nothing and uses no locks: async-signal-safe, for the child of a
/// fork. Returns 0, or the errno of what could not be removed; ELOOP for more than 32 levels, which
/// no Redis server makes.
int remove_tree(int directory, const char* path);

}  // namespace fogis::process
