package io.jadegate.api.config;

import java.util.List;

/// What holds for every route unless it says otherwise.
public record DefaultsConfig(
        @Doc("run before each route's own; a route opts out with { skip: NAME }")
                List<FilterEntry> filters,
        @Doc("how long anything may take") @Default("{}") TimeoutsConfig timeouts,
        @Doc("whom to believe about the client's address") @Default("{}")
                ClientAddressConfig clientAddress,
        @Doc("how large a request may be") @Default("{}") LimitsConfig limits,
        @Doc("the form of answers the gateway makes itself when something is wrong")
                @Default("problem-json")
                ErrorsConfig errors) {

    public DefaultsConfig {
        filters = List.copyOf(filters);
    }
}
