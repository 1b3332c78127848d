#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace rgw::test {

using Environment = std::map<std::string, std::string>;

// A child process with exactly the given environment (plus PATH and the sanitizers' options), its
// output in files. Killed and reaped when destroyed.
class Process {
public:
    Process(std::vector<std::string> command, const Environment& environment,
            const std::string& stdout_file, const std::string& stderr_file);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void signal(int number) const;
    // Waits for the end; the exit status, or 128 + the signal that ended it.
    int wait();
    [[nodiscard]] bool running();
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    pid_t pid_ = -1;
    int status_ = -1;
};

struct Ran {
    int status = 0;
    std::string out;
    std::string err;
};

// Runs to the end.
[[nodiscard]] Ran run(std::vector<std::string> command, const Environment& environment);

[[nodiscard]] std::string read_file(const std::string& path);
// Polls until the condition holds; false after 20 s (real programs on a busy machine; never a
// timing test).
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

}  // namespace rgw::test
