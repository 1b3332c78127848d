#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): theirs
class App;
}

namespace rgw::app {

// `rack-gateway-api audit …`: verify, export, keys, anchor.
class AuditCommands {
public:
    explicit AuditCommands(CLI::App& program);

    [[nodiscard]] bool chosen() const;
    // The process's exit status; has said on stderr what was wrong.
    int run();

private:
    CLI::App* verify_;
    CLI::App* export_;
    CLI::App* keys_;
    CLI::App* anchor_;
    CLI::App* write_anchor_;  // the same, as upstream calls it
    std::string export_file_;
    std::vector<std::string> checkpoint_files_;
    std::vector<std::string> key_texts_;
    std::vector<std::string> anchor_paths_;
    std::vector<std::string> restores_;
    bool from_bucket_ = false;
    bool accept_restored_ = false;
    std::int64_t from_ = 0;
    std::optional<std::int64_t> to_;
    bool proofs_ = false;
    std::string output_;
};

}  // namespace rgw::app
