# Libraries that are built from Debian's sources into a cache; sourced by scripts/setup.
# shellcheck shell=bash

# Debian's release that has the sources.
source_release=trixie

# The same directories as in cmake/Dependencies.cmake, whose comment explains the key.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/fogis-redis/$(. /etc/os-release && echo "$ID-${VERSION_ID:-}")-$(uname -m)

declare -A first beyond
while read -r library from to; do
  first[$library]=$from beyond[$library]=$to
done < <(grep '^[a-z]' "$root/cmake/versions.txt")

# fits LIBRARY VERSION
fits() {
  dpkg --compare-versions "$2" ge "${first[$1]}" && dpkg --compare-versions "$2" lt "${beyond[$1]}"
}

# packaged LIBRARY: whether a package with a fitting version is installed. There is none for
# cpp-httplib and fmtlib, which Debian has as shared libraries.
packaged() {
  local package version
  case $1 in
    hiredis) package=libhiredis-dev ;;
    catch2) package=catch2 ;;
    valijson) package=libvalijson-dev ;;
    *) return 1 ;;
  esac
  version=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null) || return 1
  [[ -n $version ]] && fits "$1" "$version"
}

# cached LIBRARY: whether the cache has a fitting version, with its terms.
cached() {
  local prefix
  for prefix in "$cache/$1"-*; do
    [[ -e $prefix/copyright ]] && fits "$1" "${prefix#"$cache/$1-"}" && return
  done
  return 1
}

missing_libraries() {
  local library
  for library in "$@"; do
    cached "$library" || packaged "$library" || echo "$library"
  done
}

# debian_mirror: where this machine gets Debian itself from.
debian_mirror() {
  local codename
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' 'Origin: Debian' 'Component: main' "Codename: $codename" | sed -n 1p
}

# private_apt DIRECTORY: a configuration of apt's own in DIRECTORY that has one source list, keeps all it
# writes there, and trusts Debian's archive keys alone. Settings of the machine such as a proxy
# still count, but not what it does after an update.
private_apt() {
  local mirror keyring
  mirror=$(debian_mirror)
  if [[ -z $mirror ]]; then
    say "reading the package lists, to learn the machine's mirror"
    as_root apt-get -qq update
    mirror=$(debian_mirror)
  fi
  [[ -n $mirror ]] || die "found no Debian mirror in the machine's apt sources"
  for keyring in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
    [[ -e $keyring ]] && break
  done
  mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
  echo "deb-src [signed-by=$keyring] $mirror $source_release main" >"$1/sources.list"
  cat >"$1/apt.conf" <<CONF
#clear APT::Update;
#clear DPkg::Post-Invoke;
Dir::Etc::sourcelist "$1/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::Lists "$1/lists";
Dir::Cache "$1/cache";
Acquire::Languages "none";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
APT::Get::AllowUnauthenticated "false";
APT::Sandbox::User "$(id -un)";
CONF
}

# fetch_valijson DIRECTORY: the headers of Debian's package, without what it depends on: all of Qt.
fetch_valijson() {
  (cd "$1" && run apt-get -qq -o APT::Sandbox::User="$(id -un)" download libvalijson-dev)
  local package
  package=$(find "$1" -name 'libvalijson-dev_*.deb')
  version=$(dpkg-deb --field "$package" Version)
  run dpkg-deb --extract "$package" "$1/valijson-${version%-*}"
}

# fetch_sources DIRECTORY LIBRARY...: unpacks them there. A mirror that is being updated may have a new
# index and old files, or a proxy the reverse: then the index is read once more, past all caches.
fetch_sources() {
  local directory=$1 past_caches
  shift
  for past_caches in false true; do
    (cd "$directory" && rm -rf lists/*_dists_* &&
      apt_get=(apt-get -c apt.conf -qq -o Acquire::http::No-Cache="$past_caches") &&
      say "reading the index of Debian's $source_release, and getting the sources of $*" &&
      "${apt_get[@]}" update && "${apt_get[@]}" source "$@") && return
  done
  die "cannot get the sources of $* from Debian's $source_release; apt says why above." \
    "404 means that the mirror's index names files that it has no more, or not yet:" \
    "run this again in some minutes, or name another mirror in /etc/apt and run apt-get update"
}

# unpacked DIRECTORY LIBRARY: sets source and version of what was fetched.
unpacked() {
  source=$(find "$1" -mindepth 1 -maxdepth 1 -type d -name "$2-[0-9]*")
  version=${source#"$1/$2-"}
  [[ -n $version ]] || die "Debian's package of $2 has no directory $2-VERSION"
  fits "$2" "$version" || die "Debian has $2 $version now, and this is tested with" \
    "${first[$2]} or later, but below ${beyond[$2]} (cmake/versions.txt)"
}

# compile SOURCE PREFIX [OPTION...]: a static library by CMake, without its tests.
compile() {
  local source=$1 prefix=$2
  shift 2
  run cmake -S "$source" -B "$source/build" -G Ninja --log-level=WARNING -Wno-dev \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DBUILD_SHARED_LIBS=OFF \
    -DCMAKE_INSTALL_PREFIX="$prefix" "$@"
  run cmake --build "$source/build" -- --quiet
  run cmake --install "$source/build" >/dev/null
}

build_hiredis() { compile "$1" "$2" -DDISABLE_TESTS=ON -DENABLE_SSL=OFF; }
build_cpp_httplib() { run install -D -m 644 "$1/httplib.h" "$2/include/httplib.h"; }
# In the language version of its users: it leaves out what an older one does not know.
build_catch2() { compile "$1" "$2" -DBUILD_TESTING=OFF -DCATCH_INSTALL_DOCS=OFF -DCMAKE_CXX_STANDARD=20; }

build_valijson() { mkdir -p "${2%/*}" && mv "$1/usr" "$2"; }
build_fmtlib() { compile "$1" "$2" -DFMT_TEST=OFF -DFMT_DOC=OFF; }

# Set-up is done by one clone at a time.
lock_cache() {
  mkdir -p "$cache"
  exec {lock}>"$cache/lock"
  flock --nonblock "$lock" && return
  say "waiting for the set-up of another clone"
  flock "$lock"
}

# build_libraries LIBRARY...: each appears in the cache whole or not at all.
build_libraries() {
  local work library source version terms sources=()
  rm -rf "$cache"/work.* # left by a set-up that was killed
  work=$(mktemp -d "$cache/work.XXXXXX")
  cleanups+=("rm -rf '$work'")
  private_apt "$work"
  for library in "$@"; do
    if [[ $library == valijson ]]; then fetch_valijson "$work"; else sources+=("$library"); fi
  done
  ((${#sources[@]} == 0)) || fetch_sources "$work" "${sources[@]}"
  for library in "$@"; do
    unpacked "$work" "$library"
    say "building $library $version into $cache"
    terms=$(cat "$source"/debian/copyright "$source"/usr/share/doc/*/copyright 2>/dev/null || true)
    "build_${library//-/_}" "$source" "$work/done/$library"
    printf '%s\n' "$terms" >"$work/done/$library/copyright"
    rm -rf "$cache/$library-$version"
    mv -T "$work/done/$library" "$cache/$library-$version"
  done
}
