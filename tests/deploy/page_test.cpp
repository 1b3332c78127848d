// docs/database-setup.md as a text: its outline, its links, and how its blocks are found.
#include "deploy/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace rgw::test {
namespace {

namespace fs = std::filesystem;

const std::string docs = RGW_PROJECT_DIR "/docs/";

std::string text_of_page() {
    std::ifstream file(docs + "database-setup.md");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// The outline of the page the product was ordered from, in its order.
TEST(DatabasePageText, HasTheOutlineThatWasAskedFor) {
    const std::vector<std::pair<int, std::string>> asked = {
        {2, "Requirements"},
        {2, "Connection configuration"},
        {3, "Connection string"},
        {3, "Alternative: individual variables"},
        {3, "Connection pool"},
        {3, "Sizing guidelines"},
        {2, "Database provisioning"},
        {2, "Migrations"},
        {3, "Automatic migrations"},
        {3, "Manual migrations"},
        {3, "Migration safety"},
        {2, "Database reset"},
        {3, "Development reset"},
        {3, "Emergency production reset"},
        {3, "Safety guards"},
        {2, "Schema overview"},
        {2, "Backup and recovery"},
        {3, "Backup strategy"},
        {3, "RDS automated backups"},
        {3, "Manual backup"},
        {3, "Recovery"},
        {2, "Audit log considerations"},
        {3, "Storage growth"},
        {3, "Log retention"},
        {3, "Audit anchoring"},
        {2, "Performance tuning"},
        {3, "PostgreSQL configuration"},
        {3, "Index maintenance"},
        {2, "Monitoring"},
        {3, "Key metrics"},
        {3, "CloudWatch (RDS)"},
        {3, "Query performance"},
        {2, "Security"},
        {3, "Network isolation"},
        {3, "Encryption"},
        {3, "Access control"},
        {2, "Troubleshooting"},
        {3, "Connection issues"},
        {3, "Migration failures"},
        {3, "Performance issues"},
        {2, "Next steps"},
    };
    const Page text(text_of_page());
    auto at = text.headings.begin();
    for (const auto& wanted : asked) {
        at = std::find_if(at, text.headings.end(), [&wanted](const Heading& heading) {
            return heading.level == wanted.first && heading.text == wanted.second;
        });
        ASSERT_NE(at, text.headings.end()) << wanted.second << " is missing, or not in its place";
    }
}

// Links to headings and files lead somewhere.
TEST(DatabasePageText, ItsLinksLeadSomewhere) {
    const std::string text = text_of_page();
    std::vector<std::string> anchors;
    const Page page(text);
    anchors.reserve(page.headings.size());
    for (const Heading& heading : page.headings) {
        anchors.push_back(anchor(heading.text));
    }
    static const std::regex link("\\]\\(([^)#:]*)(#[^)]*)?\\)");
    for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at) {
        const std::string file = (*at)[1];
        const std::string name = (*at)[2];
        if (!file.empty()) {
            EXPECT_TRUE(fs::exists(docs + file)) << file;
        } else {
            EXPECT_THAT(anchors, testing::Contains(name.substr(1))) << name;
        }
    }
}

// Defaults are those of the table that the program itself is built from.
TEST(DatabasePageText, ItsDefaultsAreThoseOfTheSettings) {
    std::ifstream file(docs + "settings.md");
    std::map<std::string, std::string> defaults;
    static const std::regex setting("\\| `([A-Z_]+)` \\| [^|]* \\| `([^`]*)` \\|.*");
    std::smatch match;
    for (std::string line; std::getline(file, line);) {
        if (std::regex_match(line, match, setting)) {
            defaults[match[1]] = match[2];
        }
    }
    static const std::regex row("\\| `(DB_[A-Z_]+)` \\| ([^|]*) \\|.*");
    std::istringstream lines(text_of_page());
    int rows = 0;
    for (std::string line; std::getline(lines, line);) {
        if (std::regex_match(line, match, row)) {
            ++rows;
            EXPECT_EQ(defaults[match[1]], match[2]) << match[1];
        }
    }
    EXPECT_GE(rows, 4);
}

struct BlockCase {
    std::string text;
    Block::Kind kind;
    std::string block;
};

TEST(PageReader, FindsEveryBlock) {
    using Kind = Block::Kind;
    const BlockCase cases[] = {
        {"a\n\n    ls -l\n\nb\n", Kind::shell, "ls -l\n"},
        {"a\n\n    A=b\n    # c\n\n    D=e\n", Kind::environment, "A=b\n# c\n\nD=e\n"},
        {"a\n\n    GRANT x TO y;\n", Kind::sql, "GRANT x TO y;\n"},
        {"```bash\nls\n\n    x\n```\n", Kind::shell, "ls\n\n    x\n"},
        {"a\n```sql\nSELECT 1;\n```\nb\n", Kind::sql, "SELECT 1;\n"},
        {"# h\n\n    ls\n", Kind::shell, "ls\n"},
        {"```hcl\na = 1\n```", Kind::file, "a = 1\n"},
    };
    for (const BlockCase& c : cases) {
        const Page text(c.text);
        ASSERT_EQ(text.blocks.size(), 1U) << c.text;
        EXPECT_EQ(text.blocks[0].kind, c.kind) << c.text;
        EXPECT_EQ(text.blocks[0].text, c.block);
    }
    EXPECT_TRUE(Page("a\n    continued\n* b\n").blocks.empty());
    EXPECT_THROW(Page("```bash\nls\n"), std::runtime_error);
    EXPECT_THROW(Page("```\nls\n```\n"), std::runtime_error) << "nobody knows how to execute it";
    EXPECT_THROW(Page("```python\nls\n```\n"), std::runtime_error);
}

}  // namespace
}  // namespace rgw::test
