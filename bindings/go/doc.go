// Package lookalike gives a Go test a cloud of its own: a server that answers the OpenStack Images API v2 as Glance does,
// with a small Keystone beside it, into which the test injects faults.
//
//	func TestUploadIsTriedAgain(t *testing.T) {
//		cloud := lookalike.Run(t)
//		cloud.Fault(lookalike.NewFault{
//			Match: lookalike.FaultMatch{Path: "/v2/images/*/file"},
//			Times: 1,
//			Fault: lookalike.FaultEffect{Status: 503},
//		})
//		// … the code under test, which logs in at cloud.AuthURL …
//		cloud.Verify(lookalike.Expectation{
//			Match:   lookalike.RequestMatch{Method: "PUT", Path: "/v2/images/*/file"},
//			Exactly: lookalike.Ptr(2),
//		})
//	}
//
// [Run] starts the program `lookalike` once for all tests of a package, or uses the server at LOOKALIKE_URL, and makes a
// sandbox for each test: a cloud that starts from the initial state and is deleted after the test. Tests may run in parallel.
//
// [Client] sends the same requests without a test: its methods return errors.
//
// The package needs nothing but the standard library.
package lookalike
