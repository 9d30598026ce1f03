package io.jadegate.api.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A service registry.
public sealed interface RegistryConfig {

    /// ZooKeeper.
    record Zookeeper(@Doc("its connect string") @Required String connect)
            implements RegistryConfig {}

    /// Nacos.
    record Nacos(
            @Doc("URL of the server") @Required String address,
            @Doc("namespace") @Default("public") String namespace,
            @Doc("group") @Default("DEFAULT_GROUP") String group)
            implements RegistryConfig {}

    /// Consul.
    record Consul(@Doc("URL of an agent") @Required String address) implements RegistryConfig {}

    /// Eureka.
    record Eureka(@Doc("URL of the server") @Required String address) implements RegistryConfig {}

    /// etcd.
    record Etcd(@Doc("URLs of its members") @Required List<String> endpoints)
            implements RegistryConfig {
        public Etcd {
            endpoints = List.copyOf(endpoints);
        }
    }

    /// Kubernetes, the cluster this node runs in.
    record Kubernetes(
            @Doc("namespace of the services; the node's own when left out")
                    @Nullable String namespace)
            implements RegistryConfig {}
}
