import Foundation

/// How oneDNN's worker threads wait for each other.
///
/// GNU OpenMP lets them spin, by default for so long that any other load on the machine makes a run a
/// hundred times slower. It reads its settings when it is loaded, before `main`, so the program sets a
/// short spin and starts itself again, once, unless the user has chosen already.
enum OpenMPWaiting {
  static let variable = "GOMP_SPINCOUNT"
  static let spinCount = "2000"

  static func settle() {
    #if os(Linux)
      let environment = ProcessInfo.processInfo.environment
      guard environment[variable] == nil, environment["OMP_WAIT_POLICY"] == nil else { return }
      setenv(variable, spinCount, 1)
      var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
      arguments.append(nil)
      // Returns only when it fails; then the run goes on as it is.
      execv("/proc/self/exe", arguments)
    #endif
  }
}
