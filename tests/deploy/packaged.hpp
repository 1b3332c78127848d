#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

namespace rgw::test {

// The files of packaging/, by their path below it, as their formats' own parsers read them: HCL by
// HashiCorp's, YAML by the npm package. Throws std::runtime_error with what the parser says.
[[nodiscard]] boost::json::object read_packaged(const std::vector<std::string>& files);

}  // namespace rgw::test
