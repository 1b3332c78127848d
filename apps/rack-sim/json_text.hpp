#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace rgw::sim {

// Indented by two spaces and ending with a newline, as a rack writes it.
[[nodiscard]] std::string indented(const boost::json::value& value);

}  // namespace rgw::sim
