#include "process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace rgw::test {
namespace {

constexpr std::array inherited = {"PATH",          "HOME",         "ASAN_OPTIONS",
                                  "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"};

std::vector<std::string> flatten(const Environment& environment) {
    std::vector<std::string> out;
    for (const auto& [name, value] : environment) {
        out.push_back(std::string(name).append("=").append(value));
    }
    for (const char* name : inherited) {
        if (const char* value = std::getenv(name);
            value != nullptr && !environment.contains(name)) {
            out.push_back(std::string(name) + "=" + value);
        }
    }
    return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        out.push_back(text.data());
    }
    out.push_back(nullptr);
    return out;
}

void redirect(int descriptor, const std::string& file) {
    const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (opened < 0 || ::dup2(opened, descriptor) < 0) {
        ::_exit(126);
    }
}

}  // namespace

Process::Process(std::vector<std::string> command, const Environment& environment,
                 const std::string& stdout_file, const std::string& stderr_file) {
    std::vector<std::string> variables = flatten(environment);
    std::vector<char*> arguments = pointers(command);
    std::vector<char*> env = pointers(variables);
    pid_ = ::fork();
    if (pid_ < 0) {
        throw std::runtime_error("fork failed");
    }
    if (pid_ == 0) {
        redirect(STDOUT_FILENO, stdout_file);
        redirect(STDERR_FILENO, stderr_file);
        ::execve(arguments[0], arguments.data(), env.data());
        ::_exit(127);
    }
}

Process::~Process() {
    if (running()) {
        signal(SIGKILL);
        wait();
    }
}

void Process::signal(int number) const {
    ::kill(pid_, number);
}

int Process::wait() {
    if (status_ < 0) {
        int raw = 0;
        ::waitpid(pid_, &raw, 0);
        status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    }
    return status_;
}

bool Process::running() {
    int raw = 0;
    if (status_ < 0 && ::waitpid(pid_, &raw, WNOHANG) == pid_) {
        status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    }
    return status_ < 0;
}

Ran run(std::vector<std::string> command, const Environment& environment) {
    std::string directory = std::filesystem::temp_directory_path() / "rgw-run-XXXXXX";
    if (::mkdtemp(directory.data()) == nullptr) {
        throw std::runtime_error("mkdtemp failed");
    }
    Ran ran;
    {
        Process process(std::move(command), environment, directory + "/out", directory + "/err");
        ran.status = process.wait();
    }
    ran.out = read_file(directory + "/out");
    ran.err = read_file(directory + "/err");
    std::filesystem::remove_all(directory);
    return ran;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

bool eventually(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < end) {
        if (condition()) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
}

}  // namespace rgw::test
