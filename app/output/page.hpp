// The page that shows the monitor's report in a browser.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/embedded_file.hpp"

namespace fogis::output {

/// The files of app/output/page, as the build put them into the program.
std::span<const EmbeddedFile> page_files();

/// The page as one HTML document that needs nothing else but api/v1/report beside it. The nonce is
/// what its style and its script carry; it must be safe in an attribute. Thread-safe.
std::string page_html(std::string_view nonce);

/// The Content-Security-Policy for a page with this nonce: its own style and script, requests to
/// its own server, and nothing else.
std::string page_policy(std::string_view nonce);

}  // namespace fogis::output
