import Foundation

/// What the operating system says about a file operation that failed, such as `no such file or
/// directory`.
///
/// Foundation wraps the system's own error into a longer one; one sentence needs the inner words.
public func systemReason(_ error: any Error) -> String {
  let wrapped = error as NSError
  let inner = (wrapped.userInfo[NSUnderlyingErrorKey] as? any Error).map { $0 as NSError }
  guard
    let posix = [inner, wrapped].compactMap({ $0 }).first(where: { $0.domain == NSPOSIXErrorDomain }
    )
  else { return wrapped.localizedDescription }
  return String(cString: strerror(Int32(truncatingIfNeeded: posix.code))).lowercased()
}
