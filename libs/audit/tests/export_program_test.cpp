// The program of docs/audit-format.md, run on an export. Built where there is a Python to run it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "random_events.hpp"
#include "rgw/audit/log_export.hpp"
#include "sealed_log.hpp"

namespace rgw::audit {
namespace {

std::string contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The code between the fences behind this heading.
std::string program_in(const std::string& document, std::string_view heading) {
    const std::string_view fence = "```python\n";
    const std::size_t begin = document.find(fence, document.find(heading)) + fence.size();
    return document.substr(begin, document.find("```", begin) - begin);
}

class ExportProgram : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "rgw-export-XXXXXX");
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
        write("program.py", program_in(contents(RGW_AUDIT_FORMAT), "## Verifying an export"));
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(directory_ / name, std::ios::binary) << text;
    }
    // Newest first, as the export has them.
    void write_export(const std::vector<StoredEvent>& rows) const {
        std::string lines;
        for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
            append_ndjson(lines, *row);
        }
        write("export", lines);
    }
    [[nodiscard]] std::string run() const {
        const std::string in = directory_.string();
        const std::string command = std::string(RGW_PYTHON) + " " + in + "/program.py " + in +
                                    "/export " + in + "/checkpoint 2>&1";
        FILE* pipe = popen(command.c_str(), "r");  // NOLINT(cert-env33-c)
        std::string out;
        std::array<char, 256> piece{};
        while (pipe != nullptr && fgets(piece.data(), piece.size(), pipe) != nullptr) {
            out += piece.data();
        }
        if (pipe != nullptr) {
            pclose(pipe);
        }
        return out;
    }

private:
    std::filesystem::path directory_;
};

TEST_F(ExportProgram, ComputesTheRootOfTheCheckpoint) {
    RandomEvents random(7);
    std::vector<Event> events(300);
    std::ranges::generate(events, [&] { return random.next(); });
    SealedLog log;
    log.append(events, sample_key(), 100);
    write_export(log.rows);
    write("checkpoint", log.checkpoint());
    EXPECT_EQ(run(), sample_origin + " 300 agrees\n");
    write("checkpoint", log.checkpoints[1]);
    EXPECT_EQ(run(), sample_origin + " 200 agrees\n");

    log.rows[150].event.action += "x";
    write_export(log.rows);
    EXPECT_EQ(run(), sample_origin + " 200 DIFFERS\n");
    log.rows.erase(log.rows.begin() + 150);
    write_export(log.rows);
    EXPECT_NE(run().find("not the whole log"), std::string::npos);
    log.rows.resize(150);
    write_export(log.rows);
    EXPECT_EQ(run(), sample_origin + " 200 DIFFERS\n") << "cut";
}

}  // namespace
}  // namespace rgw::audit
