#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "deploy/operator.hpp"

namespace rgw::test {

// What a section needs first, how its blocks are executed when their kind does not say, and what
// must hold after each of them.
struct SectionRule {
    std::function<void()> before;
    std::function<void(const Block&)> instead;
    std::function<void(const Block&)> after;
};

// Executes every block of docs/database-setup.md in its order, by the rule of its section or else
// by its kind: commands and SQL run and succeed, variables connect, settings are in force, files
// are those of packaging/. Failures are those of the test. How many blocks there were.
int follow_page(Operator& reader, const std::map<std::string, SectionRule>& rules);

[[nodiscard]] std::string database_page();
[[nodiscard]] std::vector<std::string> lines_of(const std::string& text);

}  // namespace rgw::test
