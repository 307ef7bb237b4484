#pragma once

#include <cmath>
#include <deque>
#include <string>
#include <utility>

#include "tests/coordinator/schedule/simulation.h"

namespace fanfetch::simulation {

inline Duration seconds_of(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

/// `mean` seconds, give or take a third.
inline Duration around(double mean, std::mt19937_64& dice) {
  return seconds_of(mean * std::uniform_real_distribution<double>(2.0 / 3, 4.0 / 3)(dice));
}

inline Outcome good() { return Saved{.response = {.http_status = 200}, .bytes = 20'000}; }
inline Outcome refusal(int status, std::string retry_after = "") {
  return Failed{.error = status == 429 ? ErrorClass::rate_limited : ErrorClass::http_5xx,
                .retry = Retry::yes,
                .message = "the server says " + std::to_string(status),
                .response = {.http_status = status, .retry_after = std::move(retry_after)}};
}
inline Outcome trouble(ErrorClass error, std::string message) {
  return Failed{.error = error, .retry = Retry::yes, .message = std::move(message)};
}

/// Accepts every request.
struct GoodHost : Host {
  double latency = 0.1;
  explicit GoodHost(double seconds = 0.1) : latency(seconds) {}
  Answer ask(unsigned, Instant, std::mt19937_64& dice) override {
    return {around(latency, dice), good()};
  }
};

/// Allows a number of concurrent requests; one more gets a 429.
struct ConcurrencyHost : Host {
  unsigned allowed = 6;
  double latency = 0.1;
  std::string retry_after = {};
  std::priority_queue<Instant, std::vector<Instant>, std::greater<>> ends = {};

  Answer ask(unsigned, Instant now, std::mt19937_64& dice) override {
    while (!ends.empty() && ends.top() <= now) ends.pop();
    if (ends.size() >= allowed) return {around(0.02, dice), refusal(429, retry_after)};
    const Duration takes = around(latency, dice);
    ends.push(now + takes);
    return {takes, good()};
  }
};

/// Allows a number of requests in a window of time.
struct RateHost : Host {
  enum class Rule { fixed_window, sliding_window, bucket };
  Rule rule = Rule::fixed_window;
  bool tells = true;  // Retry-After
  int status = 429;
  double allowed = 100;
  double window = 60;
  double latency = 0.1;

  double window_began = -1;
  double used = 0;
  std::deque<double> times = {};

  Answer ask(unsigned, Instant at, std::mt19937_64& dice) override {
    const double now = std::chrono::duration<double>(at - kStart).count();
    const double wait = take(now);
    if (wait <= 0) return {around(latency, dice), good()};
    const auto whole = static_cast<int>(std::ceil(wait));
    return {around(0.03, dice), refusal(status, tells ? std::to_string(whole) : "")};
  }
  /// How long until one more is allowed; 0: this one is.
  double take(double now) {
    switch (rule) {
      case Rule::fixed_window:
        if (window_began < 0 || now >= window_began + window) {
          window_began = now;
          used = 0;
        }
        if (used >= allowed) return window_began + window - now;
        ++used;
        return 0;
      case Rule::sliding_window:
        while (!times.empty() && times.front() <= now - window) times.pop_front();
        if (static_cast<double>(times.size()) >= allowed) return times.front() + window - now;
        times.push_back(now);
        return 0;
      case Rule::bucket: break;
    }
    used = std::max(0.0, used - (now - std::max(window_began, 0.0)) * allowed / window);
    window_began = now;
    if (used + 1 > allowed) return (used + 1 - allowed) * window / allowed;
    ++used;
    return 0;
  }
};

/// The more concurrent requests, the slower: beyond `knee` its throughput falls.
struct SlowingHost : Host {
  double latency = 0.1;
  double knee = 6;
  double power = 2;  // 1: its throughput stays the same beyond the knee

  Answer ask(unsigned busy, Instant, std::mt19937_64& dice) override {
    const double load = (busy + 1) / knee;
    return {around(latency * (power == 1 ? std::max(1.0, load) : 1 + std::pow(load, power)), dice),
            good()};
  }
};

/// Up and down in turn.
struct FlappingHost : Host {
  double up = 100;
  double down = 20;
  double latency = 0.5;
  bool resets = true;  // while it is down; or 503s

  Answer ask(unsigned, Instant at, std::mt19937_64& dice) override {
    const double now = std::chrono::duration<double>(at - kStart).count();
    if (std::fmod(now, up + down) < up) return {around(latency, dice), good()};
    if (resets) return {around(0.02, dice), trouble(ErrorClass::connect, "connection reset")};
    return {around(0.02, dice), refusal(503)};
  }
};

/// Refuses every connection.
struct DeadHost : Host {
  double latency = 0.001;
  Answer ask(unsigned, Instant, std::mt19937_64& dice) override {
    return {around(latency, dice), trouble(ErrorClass::connect, "connection refused")};
  }
};

}  // namespace fanfetch::simulation
