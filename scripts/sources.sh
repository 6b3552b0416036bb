# Libraries that are built from Debian's sources into a cache; sourced by scripts/setup.
# shellcheck shell=bash

# Debian's release that has the sources, in the versions of cmake/versions.txt.
source_release=trixie

source "$root/cmake/versions.txt"

# The same folders as in cmake/Dependencies.cmake, whose comment explains the key.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/fogis-redis/$(. /etc/os-release && echo "$ID-${VERSION_ID:-}")-$(uname -m)

version_of() {
  case $1 in
    hiredis) echo "$HIREDIS_VERSION" ;;
    cpp-httplib) echo "$CPP_HTTPLIB_VERSION" ;;
    catch2) echo "$CATCH2_VERSION" ;;
    fmtlib) echo "$FMTLIB_VERSION" ;;
  esac
}

# packaged LIBRARY: whether a package with a fitting version is installed. There is none for
# cpp-httplib and fmtlib, which Debian has as shared libraries.
packaged() {
  local package least version
  case $1 in
    hiredis) package=libhiredis-dev least=1.1 ;;
    catch2) package=catch2 least=3 ;;
    *) return 1 ;;
  esac
  version=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null) || return 1
  [[ -n $version ]] && dpkg --compare-versions "$version" ge "$least"
}

missing_libraries() {
  local library
  for library in "$@"; do
    [[ -d $cache/$library-$(version_of "$library") ]] || packaged "$library" || echo "$library"
  done
}

# debian_mirror: where this machine gets Debian itself from.
debian_mirror() {
  local codename
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' 'Origin: Debian' 'Component: main' "Codename: $codename" | sed -n 1p
}

# private_apt FOLDER: a configuration of apt's own in FOLDER that has one source list, keeps all it
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

# fetch FOLDER LIBRARY...: their sources, as FOLDER/<library>-<version>.
fetch() {
  local folder=$1 library
  shift
  private_apt "$folder"
  run apt-get -c "$folder/apt.conf" -qq update
  (cd "$folder" && run apt-get -c "$folder/apt.conf" -qq source "$@")
  for library in "$@"; do
    [[ -d $folder/$library-$(version_of "$library") ]] ||
      die "$source_release has another version of $library than $(version_of "$library")"
  done
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
  local work library name
  say "building $* into $cache"
  rm -rf "$cache"/work.* # left by a set-up that was killed
  work=$(mktemp -d "$cache/work.XXXXXX")
  cleanups+=("rm -rf '$work'")
  fetch "$work" "$@"
  for library in "$@"; do
    name=$library-$(version_of "$library")
    "build_${library//-/_}" "$work/$name" "$work/done/$name"
    mv -T "$work/done/$name" "$cache/$name"
  done
}
