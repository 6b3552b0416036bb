// A curve in one line of text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace fogis::output {

/// The last `columns` values, a column each, from zero to the largest of them in eight steps; a
/// value that is absent is a blank. Exactly `columns` wide: blanks stand before the first value.
/// Blocks (`▁▂▃▄▅▆▇█`), or `_.:-=+*#` where only ASCII can be shown.
std::string sparkline(const std::vector<std::optional<double>>& values, std::size_t columns,
                      bool unicode);

}  // namespace fogis::output
