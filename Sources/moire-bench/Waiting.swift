import Foundation

/// How oneDNN's worker threads wait for each other: as the moire program lets them, by a short spin.
///
/// GNU OpenMP reads its settings before `main`, so the program sets them and starts itself again, once.
enum Waiting {
  static func settle() {
    #if os(Linux)
      let environment = ProcessInfo.processInfo.environment
      guard environment["GOMP_SPINCOUNT"] == nil, environment["OMP_WAIT_POLICY"] == nil else {
        return
      }
      setenv("GOMP_SPINCOUNT", "2000", 1)
      var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
      arguments.append(nil)
      // Returns only when it fails; then the run goes on as it is.
      execv("/proc/self/exe", arguments)
    #endif
  }
}
