#include "deploy/packaged.hpp"

#include <stdexcept>

#include "process.hpp"

namespace rgw::test {

boost::json::object read_packaged(const std::vector<std::string>& files) {
    const std::string folder = RGW_PROJECT_DIR "/packaging/";
    std::vector<std::string> command{"/usr/bin/env", "node",
                                     RGW_PROJECT_DIR "/tests/deploy/as_json.mjs"};
    for (const std::string& file : files) {
        command.push_back(folder + file);
    }
    const Ran ran = run(std::move(command), {});
    if (ran.status != 0) {
        throw std::runtime_error(ran.err);
    }
    const boost::json::value parsed = boost::json::parse(ran.out);
    boost::json::object by_path;
    for (const auto& [path, content] : parsed.as_object()) {
        by_path[std::string(path).substr(folder.size())] = content;
    }
    return by_path;
}

}  // namespace rgw::test
