package io.jadegate.control.admin;

import io.jadegate.api.plane.DataPlane;
import io.jadegate.api.plane.Telemetry;
import java.util.List;

/// What the admin address speaks to.
///
/// @param version of the gateway
/// @param telemetry everything that is shown as metrics
public record AdminPorts(
        String version, DataPlane dataPlane, Reloader reloader, List<Telemetry> telemetry) {
    public AdminPorts {
        telemetry = List.copyOf(telemetry);
    }
}
