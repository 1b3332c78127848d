#include "deploy/page.hpp"

#include <cctype>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace rgw::test {
namespace {

using Kind = Block::Kind;

// An indented block has no language: assignments and nothing else, a statement, or a command.
Kind kind_of(const std::string& language, const std::string& text) {
    static const std::map<std::string, Kind> known = {
        {"bash", Kind::shell}, {"sh", Kind::shell},  {"sql", Kind::sql},
        {"hcl", Kind::file},   {"yaml", Kind::file}, {"env", Kind::environment}};
    if (!language.empty()) {
        const auto found = known.find(language);
        if (found == known.end()) {
            throw std::runtime_error("nobody executes blocks of the language " + language);
        }
        return found->second;
    }
    static const std::regex assignment("[A-Z_]+=\\S*");
    static const std::regex statement(
        "(--|ALTER|CREATE|DROP|GRANT|INSERT|REINDEX|SELECT|UPDATE) .*");
    std::istringstream lines(text);
    bool assigns = true;
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.starts_with("#")) {
            continue;
        }
        if (std::regex_match(line, statement)) {
            return Kind::sql;
        }
        assigns = assigns && std::regex_match(line, assignment);
    }
    return assigns ? Kind::environment : Kind::shell;
}

class Reader {
public:
    explicit Reader(Page& page) : page_(page) {}

    void read(const std::string& line) {
        ++number_;
        if (line.starts_with("```")) {
            fence(line.substr(3));
        } else if (fenced_) {
            text_ += line + "\n";
        } else if (line.starts_with("    ") && (!text_.empty() || after_blank_)) {
            open();
            text_ += line.substr(4) + "\n";
        } else if (line.empty()) {
            text_ += text_.empty() ? "" : "\n";
        } else {
            close();
            heading(line);
        }
        after_blank_ = line.empty();
    }
    void end() {
        if (fenced_) {
            throw std::runtime_error("the fence of line " + std::to_string(first_ - 1) +
                                     " is not closed");
        }
        close();
    }

private:
    void fence(const std::string& language) {
        if (!fenced_) {
            close();
            language_ = language.empty() ? "none" : language;
            first_ = number_ + 1;
        } else {
            close();
        }
        fenced_ = !fenced_;
    }
    void open() {
        if (text_.empty()) {
            first_ = number_;
        }
    }
    void close() {
        while (text_.ends_with("\n\n")) {
            text_.pop_back();
        }
        if (!text_.empty()) {
            const std::string section = page_.headings.empty() ? "" : page_.headings.back().text;
            page_.blocks.push_back({section, first_, kind_of(language_, text_), language_, text_});
        }
        text_.clear();
        language_.clear();
    }
    void heading(const std::string& line) {
        const std::size_t level = line.find_first_not_of('#');
        if (level != std::string::npos && level > 0 && line[level] == ' ') {
            page_.headings.push_back({static_cast<int>(level), line.substr(level + 1), number_});
        }
    }

    Page& page_;
    int number_ = 0;
    int first_ = 0;
    bool fenced_ = false;
    bool after_blank_ = true;
    std::string language_;
    std::string text_;
};

}  // namespace

Page::Page(const std::string& text) {
    Reader reader(*this);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        reader.read(line);
    }
    reader.end();
}

std::string anchor(const std::string& heading) {
    std::string name;
    for (const char c : heading) {
        if (c == ' ') {
            name += '-';
        } else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_') {
            name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
    }
    return name;
}

}  // namespace rgw::test
