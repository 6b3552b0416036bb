// Text that came from elsewhere, made harmless for the formats of reports.
#pragma once

#include <string>
#include <string_view>

namespace fogis::output {

/// Any bytes as the content of an XML element or a quoted attribute; what XML 1.0 cannot hold
/// becomes U+FFFD.
std::string escape_xml(std::string_view text);

/// The escapes of GitHub's workflow commands; a property may hold neither colon nor comma. Controls
/// are not touched.
std::string escape_command(std::string_view text, bool property);

/// Any bytes in one line of a Markdown table: nothing in it starts a cell, a link, code or HTML.
std::string escape_markdown(std::string_view text);

/// The same for one line that has no controls any more.
std::string escape_table_cell(std::string_view text);

}  // namespace fogis::output
