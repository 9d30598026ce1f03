package io.jadegate.api.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where the configuration lives.
public sealed interface StoreConfig {

    /// This document is the truth.
    record File() implements StoreConfig {}

    /// A SQLite database of this node.
    @Planned
    @Shorthand("file")
    record Sqlite(@Doc("the database file") @Required Path file) implements StoreConfig {}

    /// A PostgreSQL database shared by several nodes.
    @Planned
    record Postgresql(
            @Doc("JDBC URL") @Required String url,
            @Doc("database user") @Nullable String user,
            @Doc("its password") @Nullable Secret password)
            implements StoreConfig {}

    /// An etcd cluster shared by several nodes.
    @Planned
    record Etcd(@Doc("URLs of its members") @Required List<String> endpoints)
            implements StoreConfig {
        public Etcd {
            endpoints = List.copyOf(endpoints);
        }
    }
}
