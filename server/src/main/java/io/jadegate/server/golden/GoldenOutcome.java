package io.jadegate.server.golden;

import io.jadegate.api.plane.DataPlane;
import io.jadegate.server.golden.GoldenFile.GoldenRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How a golden request fared.
///
/// @param request the request
/// @param differences what is not as expected, one line for a person each; none when it passed
public record GoldenOutcome(GoldenRequest request, List<String> differences) {

    public GoldenOutcome {
        differences = List.copyOf(differences);
    }

    /// Explains the request on a data plane and compares.
    public static GoldenOutcome of(GoldenRequest request, DataPlane plane) {
        var explanation = plane.explain(request.request());
        var differences = new ArrayList<String>();
        for (var expectation : request.expectations()) {
            String difference = expectation.difference(explanation);
            if (difference != null) {
                differences.add(
                        "%s: %s: expected %s, %s"
                                .formatted(
                                        request.position(),
                                        request.name(),
                                        expectation,
                                        difference));
            }
        }
        return new GoldenOutcome(request, differences);
    }

    public boolean passed() {
        return differences.isEmpty();
    }

    /// The same for JSON.
    public Map<String, Object> values() {
        var values = new LinkedHashMap<String, Object>();
        values.put("name", request.name());
        values.put("file", request.position().file());
        values.put("line", request.position().line());
        values.put("passed", passed());
        values.put("differences", differences);
        return values;
    }
}
