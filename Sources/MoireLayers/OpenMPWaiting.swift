import Foundation

/// How oneDNN's worker threads wait for each other.
///
/// GNU OpenMP lets them spin, by default for so long that any other load on the machine makes a run a
/// hundred times slower; threads that sleep within a run may be woken on one processor, where a network
/// of 2 ms takes 11. A third of a millisecond avoids both: with one to four busy loops on two processors
/// two threads took 0.6 to 1.1 of the time of one. The library reads its settings when it is loaded,
/// before `main`, so a program sets them and starts itself again, once, unless the user has chosen
/// already.
package enum OpenMPWaiting {
  package static let variable = "GOMP_SPINCOUNT"
  private static let spinCount = "20000"

  /// To be called first in `main`.
  package static func settle() {
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
