-- PostgreSQL database dump
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
-- Name: Reporting_actionentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_actionentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    state integer NOT NULL,
    "exists" boolean NOT NULL,
    status character varying(128) NOT NULL,
    output integer NOT NULL
);
-- Name: Reporting_actionentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_actionentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_actionentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_actionentry_id_seq" OWNED BY public."Reporting_actionentry".id;
-- Name: Reporting_bundle; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_bundle" (
    id integer NOT NULL,
    name character varying(255) NOT NULL
);
-- Name: Reporting_bundle_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_bundle_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_bundle_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_bundle_id_seq" OWNED BY public."Reporting_bundle".id;
-- Name: Reporting_client; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_client" (
    id integer NOT NULL,
    creation timestamp with time zone NOT NULL,
    name character varying(128) NOT NULL,
    expiration timestamp with time zone,
    current_interaction_id integer
);
-- Name: Reporting_client_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_client_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_client_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_client_id_seq" OWNED BY public."Reporting_client".id;
-- Name: Reporting_deviceentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_deviceentry" (
    pathentry_ptr_id integer NOT NULL,
    device_type character varying(16) NOT NULL,
    target_major integer NOT NULL,
    target_minor integer NOT NULL,
    current_major integer NOT NULL,
    current_minor integer NOT NULL
);
-- Name: Reporting_failureentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_failureentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    entry_type character varying(128) NOT NULL,
    message text NOT NULL
);
-- Name: Reporting_failureentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_failureentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_failureentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_failureentry_id_seq" OWNED BY public."Reporting_failureentry".id;
-- Name: Reporting_fileacl; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_fileacl" (
    id integer NOT NULL,
    name character varying(128) NOT NULL
);
-- Name: Reporting_fileacl_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_fileacl_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_fileacl_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_fileacl_id_seq" OWNED BY public."Reporting_fileacl".id;
-- Name: Reporting_fileperms; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_fileperms" (
    id integer NOT NULL,
    owner character varying(128) NOT NULL,
    "group" character varying(128) NOT NULL,
    mode character varying(128) NOT NULL
);
-- Name: Reporting_fileperms_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_fileperms_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_fileperms_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_fileperms_id_seq" OWNED BY public."Reporting_fileperms".id;
-- Name: Reporting_group; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_group" (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    profile boolean NOT NULL,
    public boolean NOT NULL,
    category character varying(1024) NOT NULL,
    comment text NOT NULL
);
-- Name: Reporting_group_bundles; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_group_bundles" (
    id integer NOT NULL,
    group_id integer NOT NULL,
    bundle_id integer NOT NULL
);
-- Name: Reporting_group_bundles_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_group_bundles_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_group_bundles_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_group_bundles_id_seq" OWNED BY public."Reporting_group_bundles".id;
-- Name: Reporting_group_groups; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_group_groups" (
    id integer NOT NULL,
    from_group_id integer NOT NULL,
    to_group_id integer NOT NULL
);
-- Name: Reporting_group_groups_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_group_groups_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_group_groups_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_group_groups_id_seq" OWNED BY public."Reporting_group_groups".id;
-- Name: Reporting_group_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_group_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_group_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_group_id_seq" OWNED BY public."Reporting_group".id;
-- Name: Reporting_interaction; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction" (
    id integer NOT NULL,
    "timestamp" timestamp with time zone NOT NULL,
    state character varying(32) NOT NULL,
    repo_rev_code character varying(64) NOT NULL,
    server character varying(256) NOT NULL,
    good_count integer NOT NULL,
    total_count integer NOT NULL,
    bad_count integer NOT NULL,
    modified_count integer NOT NULL,
    extra_count integer NOT NULL,
    client_id integer NOT NULL,
    profile_id integer,
    dry_run boolean NOT NULL,
    only_important boolean NOT NULL
);
-- Name: Reporting_interaction_actions; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_actions" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    actionentry_id integer NOT NULL
);
-- Name: Reporting_interaction_actions_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_actions_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_actions_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_actions_id_seq" OWNED BY public."Reporting_interaction_actions".id;
-- Name: Reporting_interaction_bundles; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_bundles" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    bundle_id integer NOT NULL
);
-- Name: Reporting_interaction_bundles_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_bundles_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_bundles_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_bundles_id_seq" OWNED BY public."Reporting_interaction_bundles".id;
-- Name: Reporting_interaction_failures; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_failures" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    failureentry_id integer NOT NULL
);
-- Name: Reporting_interaction_failures_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_failures_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_failures_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_failures_id_seq" OWNED BY public."Reporting_interaction_failures".id;
-- Name: Reporting_interaction_groups; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_groups" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    group_id integer NOT NULL
);
-- Name: Reporting_interaction_groups_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_groups_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_groups_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_groups_id_seq" OWNED BY public."Reporting_interaction_groups".id;
-- Name: Reporting_interaction_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_id_seq" OWNED BY public."Reporting_interaction".id;
-- Name: Reporting_interaction_packages; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_packages" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    packageentry_id integer NOT NULL
);
-- Name: Reporting_interaction_packages_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_packages_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_packages_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_packages_id_seq" OWNED BY public."Reporting_interaction_packages".id;
-- Name: Reporting_interaction_paths; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_paths" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    pathentry_id integer NOT NULL
);
-- Name: Reporting_interaction_paths_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_paths_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_paths_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_paths_id_seq" OWNED BY public."Reporting_interaction_paths".id;
-- Name: Reporting_interaction_posixgroups; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_posixgroups" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    posixgroupentry_id integer NOT NULL
);
-- Name: Reporting_interaction_posixgroups_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_posixgroups_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_posixgroups_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_posixgroups_id_seq" OWNED BY public."Reporting_interaction_posixgroups".id;
-- Name: Reporting_interaction_posixusers; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_posixusers" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    posixuserentry_id integer NOT NULL
);
-- Name: Reporting_interaction_posixusers_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_posixusers_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_posixusers_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_posixusers_id_seq" OWNED BY public."Reporting_interaction_posixusers".id;
-- Name: Reporting_interaction_sebooleans; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_sebooleans" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    sebooleanentry_id integer NOT NULL
);
-- Name: Reporting_interaction_sebooleans_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_sebooleans_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_sebooleans_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_sebooleans_id_seq" OWNED BY public."Reporting_interaction_sebooleans".id;
-- Name: Reporting_interaction_sefcontexts; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_sefcontexts" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    sefcontextentry_id integer NOT NULL
);
-- Name: Reporting_interaction_sefcontexts_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_sefcontexts_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_sefcontexts_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_sefcontexts_id_seq" OWNED BY public."Reporting_interaction_sefcontexts".id;
-- Name: Reporting_interaction_seinterfaces; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_seinterfaces" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    seinterfaceentry_id integer NOT NULL
);
-- Name: Reporting_interaction_seinterfaces_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_seinterfaces_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_seinterfaces_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_seinterfaces_id_seq" OWNED BY public."Reporting_interaction_seinterfaces".id;
-- Name: Reporting_interaction_selogins; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_selogins" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    seloginentry_id integer NOT NULL
);
-- Name: Reporting_interaction_selogins_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_selogins_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_selogins_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_selogins_id_seq" OWNED BY public."Reporting_interaction_selogins".id;
-- Name: Reporting_interaction_semodules; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_semodules" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    semoduleentry_id integer NOT NULL
);
-- Name: Reporting_interaction_semodules_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_semodules_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_semodules_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_semodules_id_seq" OWNED BY public."Reporting_interaction_semodules".id;
-- Name: Reporting_interaction_senodes; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_senodes" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    senodeentry_id integer NOT NULL
);
-- Name: Reporting_interaction_senodes_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_senodes_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_senodes_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_senodes_id_seq" OWNED BY public."Reporting_interaction_senodes".id;
-- Name: Reporting_interaction_sepermissives; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_sepermissives" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    sepermissiveentry_id integer NOT NULL
);
-- Name: Reporting_interaction_sepermissives_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_sepermissives_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_sepermissives_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_sepermissives_id_seq" OWNED BY public."Reporting_interaction_sepermissives".id;
-- Name: Reporting_interaction_seports; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_seports" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    seportentry_id integer NOT NULL
);
-- Name: Reporting_interaction_seports_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_seports_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_seports_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_seports_id_seq" OWNED BY public."Reporting_interaction_seports".id;
-- Name: Reporting_interaction_services; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_services" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    serviceentry_id integer NOT NULL
);
-- Name: Reporting_interaction_services_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_services_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_services_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_services_id_seq" OWNED BY public."Reporting_interaction_services".id;
-- Name: Reporting_interaction_seusers; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_interaction_seusers" (
    id integer NOT NULL,
    interaction_id integer NOT NULL,
    seuserentry_id integer NOT NULL
);
-- Name: Reporting_interaction_seusers_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_interaction_seusers_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_interaction_seusers_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_interaction_seusers_id_seq" OWNED BY public."Reporting_interaction_seusers".id;
-- Name: Reporting_linkentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_linkentry" (
    pathentry_ptr_id integer NOT NULL,
    target_path character varying(1024) NOT NULL,
    current_path character varying(1024) NOT NULL
);
-- Name: Reporting_packageentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_packageentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    state integer NOT NULL,
    "exists" boolean NOT NULL,
    target_version character varying(1024) NOT NULL,
    current_version character varying(1024) NOT NULL,
    verification_details text NOT NULL
);
-- Name: Reporting_packageentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_packageentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_packageentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_packageentry_id_seq" OWNED BY public."Reporting_packageentry".id;
-- Name: Reporting_pathentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_pathentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    state integer NOT NULL,
    "exists" boolean NOT NULL,
    path_type character varying(128) NOT NULL,
    detail_type integer NOT NULL,
    details text NOT NULL,
    current_perms_id integer NOT NULL,
    target_perms_id integer NOT NULL
);
-- Name: Reporting_pathentry_acls; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_pathentry_acls" (
    id integer NOT NULL,
    pathentry_id integer NOT NULL,
    fileacl_id integer NOT NULL
);
-- Name: Reporting_pathentry_acls_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_pathentry_acls_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_pathentry_acls_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_pathentry_acls_id_seq" OWNED BY public."Reporting_pathentry_acls".id;
-- Name: Reporting_pathentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_pathentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_pathentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_pathentry_id_seq" OWNED BY public."Reporting_pathentry".id;
-- Name: Reporting_performance; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_performance" (
    id integer NOT NULL,
    metric character varying(128) NOT NULL,
    value numeric(32,16) NOT NULL,
    interaction_id integer NOT NULL
);
-- Name: Reporting_performance_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_performance_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_performance_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_performance_id_seq" OWNED BY public."Reporting_performance".id;
-- Name: Reporting_posixgroupentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_posixgroupentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    state integer NOT NULL,
    "exists" boolean NOT NULL,
    gid integer,
    current_gid integer
);
-- Name: Reporting_posixgroupentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_posixgroupentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_posixgroupentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_posixgroupentry_id_seq" OWNED BY public."Reporting_posixgroupentry".id;
-- Name: Reporting_posixuserentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_posixuserentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    state integer NOT NULL,
    "exists" boolean NOT NULL,
    uid integer,
    current_uid integer,
    "group" character varying(64) NOT NULL,
    current_group character varying(64),
    gecos character varying(1024) NOT NULL,
    current_gecos character varying(1024),
    home character varying(1024) NOT NULL,
    current_home character varying(1024),
    shell character varying(1024) NOT NULL,
    current_shell character varying(1024)
);
-- Name: Reporting_posixuserentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_posixuserentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_posixuserentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_posixuserentry_id_seq" OWNED BY public."Reporting_posixuserentry".id;
-- Name: Reporting_sebooleanentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_sebooleanentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    state integer NOT NULL,
    "exists" boolean NOT NULL,
    value boolean NOT NULL
);
-- Name: Reporting_sebooleanentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_sebooleanentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_sebooleanentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_sebooleanentry_id_seq" OWNED BY public."Reporting_sebooleanentry".id;
-- Name: Reporting_sefcontextentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_sefcontextentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    state integer NOT NULL,
    "exists" boolean NOT NULL,
    selinuxtype character varying(128) NOT NULL,
    current_selinuxtype character varying(128),
    filetype character varying(16) NOT NULL
);
-- Name: Reporting_sefcontextentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_sefcontextentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_sefcontextentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_sefcontextentry_id_seq" OWNED BY public."Reporting_sefcontextentry".id;
-- Name: Reporting_seinterfaceentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_seinterfaceentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    state integer NOT NULL,
    "exists" boolean NOT NULL,
    selinuxtype character varying(128) NOT NULL,
    current_selinuxtype character varying(128)
);
-- Name: Reporting_seinterfaceentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_seinterfaceentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_seinterfaceentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_seinterfaceentry_id_seq" OWNED BY public."Reporting_seinterfaceentry".id;
-- Name: Reporting_seloginentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_seloginentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    state integer NOT NULL,
    "exists" boolean NOT NULL,
    selinuxuser character varying(128) NOT NULL,
    current_selinuxuser character varying(128)
);
-- Name: Reporting_seloginentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_seloginentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_seloginentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_seloginentry_id_seq" OWNED BY public."Reporting_seloginentry".id;
-- Name: Reporting_semoduleentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_semoduleentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    state integer NOT NULL,
    "exists" boolean NOT NULL,
    disabled boolean NOT NULL,
    current_disabled boolean NOT NULL
);
-- Name: Reporting_semoduleentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_semoduleentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_semoduleentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_semoduleentry_id_seq" OWNED BY public."Reporting_semoduleentry".id;
-- Name: Reporting_senodeentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_senodeentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    state integer NOT NULL,
    "exists" boolean NOT NULL,
    selinuxtype character varying(128) NOT NULL,
    current_selinuxtype character varying(128),
    proto character varying(4) NOT NULL
);
-- Name: Reporting_senodeentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_senodeentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_senodeentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_senodeentry_id_seq" OWNED BY public."Reporting_senodeentry".id;
-- Name: Reporting_sepermissiveentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_sepermissiveentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    state integer NOT NULL,
    "exists" boolean NOT NULL
);
-- Name: Reporting_sepermissiveentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_sepermissiveentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_sepermissiveentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_sepermissiveentry_id_seq" OWNED BY public."Reporting_sepermissiveentry".id;
-- Name: Reporting_seportentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_seportentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    state integer NOT NULL,
    "exists" boolean NOT NULL,
    selinuxtype character varying(128) NOT NULL,
    current_selinuxtype character varying(128)
);
-- Name: Reporting_seportentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_seportentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_seportentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_seportentry_id_seq" OWNED BY public."Reporting_seportentry".id;
-- Name: Reporting_serviceentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_serviceentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    state integer NOT NULL,
    "exists" boolean NOT NULL,
    target_status character varying(128) NOT NULL,
    current_status character varying(128) NOT NULL
);
-- Name: Reporting_serviceentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_serviceentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_serviceentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_serviceentry_id_seq" OWNED BY public."Reporting_serviceentry".id;
-- Name: Reporting_seuserentry; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Reporting_seuserentry" (
    id integer NOT NULL,
    name character varying(128) NOT NULL,
    hash_key bigint NOT NULL,
    state integer NOT NULL,
    "exists" boolean NOT NULL,
    roles character varying(128) NOT NULL,
    current_roles character varying(128),
    prefix character varying(128) NOT NULL,
    current_prefix character varying(128)
);
-- Name: Reporting_seuserentry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Reporting_seuserentry_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Reporting_seuserentry_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Reporting_seuserentry_id_seq" OWNED BY public."Reporting_seuserentry".id;
-- Name: Server_metadataclientmodel; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Server_metadataclientmodel" (
    hostname character varying(255) NOT NULL,
    version character varying(31)
);
-- Name: Server_probesdatamodel; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Server_probesdatamodel" (
    id integer NOT NULL,
    hostname character varying(255) NOT NULL,
    probe character varying(255) NOT NULL,
    "timestamp" timestamp with time zone NOT NULL,
    data text
);
-- Name: Server_probesdatamodel_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Server_probesdatamodel_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Server_probesdatamodel_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Server_probesdatamodel_id_seq" OWNED BY public."Server_probesdatamodel".id;
-- Name: Server_probesgroupsmodel; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public."Server_probesgroupsmodel" (
    id integer NOT NULL,
    hostname character varying(255) NOT NULL,
    "group" character varying(255) NOT NULL
);
-- Name: Server_probesgroupsmodel_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public."Server_probesgroupsmodel_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: Server_probesgroupsmodel_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public."Server_probesgroupsmodel_id_seq" OWNED BY public."Server_probesgroupsmodel".id;
-- Name: auth_group; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(80) NOT NULL
);
-- Name: auth_group_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public.auth_group_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: auth_group_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public.auth_group_id_seq OWNED BY public.auth_group.id;
-- Name: auth_group_permissions; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.auth_group_permissions (
    id integer NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);
-- Name: auth_group_permissions_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public.auth_group_permissions_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: auth_group_permissions_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public.auth_group_permissions_id_seq OWNED BY public.auth_group_permissions.id;
-- Name: auth_permission; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);
-- Name: auth_permission_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public.auth_permission_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: auth_permission_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public.auth_permission_id_seq OWNED BY public.auth_permission.id;
-- Name: auth_user; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.auth_user (
    id integer NOT NULL,
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    is_superuser boolean NOT NULL,
    username character varying(150) NOT NULL,
    first_name character varying(30) NOT NULL,
    last_name character varying(30) NOT NULL,
    email character varying(254) NOT NULL,
    is_staff boolean NOT NULL,
    is_active boolean NOT NULL,
    date_joined timestamp with time zone NOT NULL
);
-- Name: auth_user_groups; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.auth_user_groups (
    id integer NOT NULL,
    user_id integer NOT NULL,
    group_id integer NOT NULL
);
-- Name: auth_user_groups_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public.auth_user_groups_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: auth_user_groups_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public.auth_user_groups_id_seq OWNED BY public.auth_user_groups.id;
-- Name: auth_user_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public.auth_user_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: auth_user_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public.auth_user_id_seq OWNED BY public.auth_user.id;
-- Name: auth_user_user_permissions; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.auth_user_user_permissions (
    id integer NOT NULL,
    user_id integer NOT NULL,
    permission_id integer NOT NULL
);
-- Name: auth_user_user_permissions_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public.auth_user_user_permissions_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: auth_user_user_permissions_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public.auth_user_user_permissions_id_seq OWNED BY public.auth_user_user_permissions.id;
-- Name: django_admin_log; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.django_admin_log (
    id integer NOT NULL,
    action_time timestamp with time zone NOT NULL,
    object_id text,
    object_repr character varying(200) NOT NULL,
    action_flag smallint NOT NULL,
    change_message text NOT NULL,
    content_type_id integer,
    user_id integer NOT NULL,
    CONSTRAINT django_admin_log_action_flag_check CHECK ((action_flag >= 0))
);
-- Name: django_admin_log_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public.django_admin_log_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: django_admin_log_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public.django_admin_log_id_seq OWNED BY public.django_admin_log.id;
-- Name: django_content_type; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);
-- Name: django_content_type_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public.django_content_type_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: django_content_type_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public.django_content_type_id_seq OWNED BY public.django_content_type.id;
-- Name: django_migrations; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.django_migrations (
    id integer NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);
-- Name: django_migrations_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public.django_migrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: django_migrations_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public.django_migrations_id_seq OWNED BY public.django_migrations.id;
-- Name: django_session; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);
-- Name: django_site; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.django_site (
    id integer NOT NULL,
    domain character varying(100) NOT NULL,
    name character varying(50) NOT NULL
);
-- Name: django_site_id_seq; Type: SEQUENCE; Schema: public; Owner: -
CREATE SEQUENCE public.django_site_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
-- Name: django_site_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
ALTER SEQUENCE public.django_site_id_seq OWNED BY public.django_site.id;
-- Name: Reporting_actionentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_actionentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_actionentry_id_seq"'::regclass);
-- Name: Reporting_bundle id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_bundle" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_bundle_id_seq"'::regclass);
-- Name: Reporting_client id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_client" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_client_id_seq"'::regclass);
-- Name: Reporting_failureentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_failureentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_failureentry_id_seq"'::regclass);
-- Name: Reporting_fileacl id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_fileacl" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_fileacl_id_seq"'::regclass);
-- Name: Reporting_fileperms id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_fileperms" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_fileperms_id_seq"'::regclass);
-- Name: Reporting_group id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_group" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_group_id_seq"'::regclass);
-- Name: Reporting_group_bundles id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_group_bundles" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_group_bundles_id_seq"'::regclass);
-- Name: Reporting_group_groups id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_group_groups" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_group_groups_id_seq"'::regclass);
-- Name: Reporting_interaction id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_id_seq"'::regclass);
-- Name: Reporting_interaction_actions id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_actions" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_actions_id_seq"'::regclass);
-- Name: Reporting_interaction_bundles id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_bundles" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_bundles_id_seq"'::regclass);
-- Name: Reporting_interaction_failures id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_failures" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_failures_id_seq"'::regclass);
-- Name: Reporting_interaction_groups id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_groups" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_groups_id_seq"'::regclass);
-- Name: Reporting_interaction_packages id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_packages" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_packages_id_seq"'::regclass);
-- Name: Reporting_interaction_paths id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_paths" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_paths_id_seq"'::regclass);
-- Name: Reporting_interaction_posixgroups id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_posixgroups" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_posixgroups_id_seq"'::regclass);
-- Name: Reporting_interaction_posixusers id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_posixusers" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_posixusers_id_seq"'::regclass);
-- Name: Reporting_interaction_sebooleans id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_sebooleans" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_sebooleans_id_seq"'::regclass);
-- Name: Reporting_interaction_sefcontexts id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_sefcontexts" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_sefcontexts_id_seq"'::regclass);
-- Name: Reporting_interaction_seinterfaces id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_seinterfaces" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_seinterfaces_id_seq"'::regclass);
-- Name: Reporting_interaction_selogins id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_selogins" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_selogins_id_seq"'::regclass);
-- Name: Reporting_interaction_semodules id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_semodules" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_semodules_id_seq"'::regclass);
-- Name: Reporting_interaction_senodes id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_senodes" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_senodes_id_seq"'::regclass);
-- Name: Reporting_interaction_sepermissives id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_sepermissives" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_sepermissives_id_seq"'::regclass);
-- Name: Reporting_interaction_seports id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_seports" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_seports_id_seq"'::regclass);
-- Name: Reporting_interaction_services id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_services" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_services_id_seq"'::regclass);
-- Name: Reporting_interaction_seusers id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_seusers" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_interaction_seusers_id_seq"'::regclass);
-- Name: Reporting_packageentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_packageentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_packageentry_id_seq"'::regclass);
-- Name: Reporting_pathentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_pathentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_pathentry_id_seq"'::regclass);
-- Name: Reporting_pathentry_acls id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_pathentry_acls" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_pathentry_acls_id_seq"'::regclass);
-- Name: Reporting_performance id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_performance" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_performance_id_seq"'::regclass);
-- Name: Reporting_posixgroupentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_posixgroupentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_posixgroupentry_id_seq"'::regclass);
-- Name: Reporting_posixuserentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_posixuserentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_posixuserentry_id_seq"'::regclass);
-- Name: Reporting_sebooleanentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_sebooleanentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_sebooleanentry_id_seq"'::regclass);
-- Name: Reporting_sefcontextentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_sefcontextentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_sefcontextentry_id_seq"'::regclass);
-- Name: Reporting_seinterfaceentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_seinterfaceentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_seinterfaceentry_id_seq"'::regclass);
-- Name: Reporting_seloginentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_seloginentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_seloginentry_id_seq"'::regclass);
-- Name: Reporting_semoduleentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_semoduleentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_semoduleentry_id_seq"'::regclass);
-- Name: Reporting_senodeentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_senodeentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_senodeentry_id_seq"'::regclass);
-- Name: Reporting_sepermissiveentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_sepermissiveentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_sepermissiveentry_id_seq"'::regclass);
-- Name: Reporting_seportentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_seportentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_seportentry_id_seq"'::regclass);
-- Name: Reporting_serviceentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_serviceentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_serviceentry_id_seq"'::regclass);
-- Name: Reporting_seuserentry id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_seuserentry" ALTER COLUMN id SET DEFAULT nextval('public."Reporting_seuserentry_id_seq"'::regclass);
-- Name: Server_probesdatamodel id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Server_probesdatamodel" ALTER COLUMN id SET DEFAULT nextval('public."Server_probesdatamodel_id_seq"'::regclass);
-- Name: Server_probesgroupsmodel id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public."Server_probesgroupsmodel" ALTER COLUMN id SET DEFAULT nextval('public."Server_probesgroupsmodel_id_seq"'::regclass);
-- Name: auth_group id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_group ALTER COLUMN id SET DEFAULT nextval('public.auth_group_id_seq'::regclass);
-- Name: auth_group_permissions id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_group_permissions ALTER COLUMN id SET DEFAULT nextval('public.auth_group_permissions_id_seq'::regclass);
-- Name: auth_permission id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_permission ALTER COLUMN id SET DEFAULT nextval('public.auth_permission_id_seq'::regclass);
-- Name: auth_user id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_user ALTER COLUMN id SET DEFAULT nextval('public.auth_user_id_seq'::regclass);
-- Name: auth_user_groups id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_user_groups ALTER COLUMN id SET DEFAULT nextval('public.auth_user_groups_id_seq'::regclass);
-- Name: auth_user_user_permissions id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_user_user_permissions ALTER COLUMN id SET DEFAULT nextval('public.auth_user_user_permissions_id_seq'::regclass);
-- Name: django_admin_log id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public.django_admin_log ALTER COLUMN id SET DEFAULT nextval('public.django_admin_log_id_seq'::regclass);
-- Name: django_content_type id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public.django_content_type ALTER COLUMN id SET DEFAULT nextval('public.django_content_type_id_seq'::regclass);
-- Name: django_migrations id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public.django_migrations ALTER COLUMN id SET DEFAULT nextval('public.django_migrations_id_seq'::regclass);
-- Name: django_site id; Type: DEFAULT; Schema: public; Owner: -
ALTER TABLE ONLY public.django_site ALTER COLUMN id SET DEFAULT nextval('public.django_site_id_seq'::regclass);
-- Data for Name: Reporting_actionentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_actionentry" VALUES (1, 'hello', 6267868735727348808, 1, true, 'check', -1);
INSERT INTO public."Reporting_actionentry" VALUES (2, 'check-site', -1061472461854671093, 1, true, 'check', -1);
INSERT INTO public."Reporting_actionentry" VALUES (3, 'hello', -9205335186469414885, 2, true, 'check', -1);
-- Data for Name: Reporting_bundle; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_bundle" VALUES (1, 'broken');
INSERT INTO public."Reporting_bundle" VALUES (2, 'common');
INSERT INTO public."Reporting_bundle" VALUES (3, 'files');
INSERT INTO public."Reporting_bundle" VALUES (4, 'selinux');
INSERT INTO public."Reporting_bundle" VALUES (5, 'httpd');
INSERT INTO public."Reporting_bundle" VALUES (6, 'shells');
INSERT INTO public."Reporting_bundle" VALUES (7, 'database');
-- Data for Name: Reporting_client; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_client" VALUES (1, '2026-09-20 03:15:00.123456+00', 'vault.harbour.example', NULL, 21);
INSERT INTO public."Reporting_client" VALUES (2, '2026-09-20 03:15:00.123456+00', 'web1.harbour.example', NULL, 22);
INSERT INTO public."Reporting_client" VALUES (4, '2026-09-20 03:15:00.123456+00', 'desk.harbour.example', NULL, 23);
INSERT INTO public."Reporting_client" VALUES (3, '2026-09-20 03:15:00.123456+00', 'db1.harbour.example', '2026-10-25 03:15:00+00', 7);
INSERT INTO public."Reporting_client" VALUES (5, '2026-09-20 03:15:00.123456+00', 'never.harbour.example', NULL, NULL);
-- Data for Name: Reporting_deviceentry; Type: TABLE DATA; Schema: public; Owner: -
-- Data for Name: Reporting_failureentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_failureentry" VALUES (1, 'nor-this', 4856533901362389704, 'Service', 'no matching generator');
INSERT INTO public."Reporting_failureentry" VALUES (2, '/etc/grüße.conf', -4485365727222370268, 'Path', 'no matching generator');
INSERT INTO public."Reporting_failureentry" VALUES (3, 'nobody-provides-this-either', -3111440122884857453, 'Package', 'no matching generator');
INSERT INTO public."Reporting_failureentry" VALUES (4, '/etc/nobody-provides-this', -451723732110171391, 'Path', 'no matching generator');
-- Data for Name: Reporting_fileacl; Type: TABLE DATA; Schema: public; Owner: -
-- Data for Name: Reporting_fileperms; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_fileperms" VALUES (1, 'root', 'root', '0644');
INSERT INTO public."Reporting_fileperms" VALUES (2, '0', '0', '0644');
INSERT INTO public."Reporting_fileperms" VALUES (3, 'root', 'root', '0755');
INSERT INTO public."Reporting_fileperms" VALUES (4, '0', '0', '0755');
INSERT INTO public."Reporting_fileperms" VALUES (5, 'root', 'root', '');
INSERT INTO public."Reporting_fileperms" VALUES (6, '0', '0', '0777');
INSERT INTO public."Reporting_fileperms" VALUES (7, '', '', '');
INSERT INTO public."Reporting_fileperms" VALUES (8, 'root', 'root', '0600');
INSERT INTO public."Reporting_fileperms" VALUES (9, 'root', 'daemon', '0640');
INSERT INTO public."Reporting_fileperms" VALUES (10, '0', '0', '0700');
INSERT INTO public."Reporting_fileperms" VALUES (11, '0', '0', '0666');
INSERT INTO public."Reporting_fileperms" VALUES (12, 'daemon', 'daemon', '0640');
INSERT INTO public."Reporting_fileperms" VALUES (13, '1', '1', '0640');
INSERT INTO public."Reporting_fileperms" VALUES (14, '0', '0', '0600');
INSERT INTO public."Reporting_fileperms" VALUES (15, '0', '1', '0640');
-- Data for Name: Reporting_group; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_group" VALUES (1, 'hardened', false, false, '', '');
INSERT INTO public."Reporting_group" VALUES (2, 'base', false, false, '', '');
INSERT INTO public."Reporting_group" VALUES (3, 'web', false, false, '', '');
INSERT INTO public."Reporting_group" VALUES (4, 'db', false, false, '', '');
INSERT INTO public."Reporting_group" VALUES (5, 'plain', false, false, '', '');
-- Data for Name: Reporting_group_bundles; Type: TABLE DATA; Schema: public; Owner: -
-- Data for Name: Reporting_group_groups; Type: TABLE DATA; Schema: public; Owner: -
-- Data for Name: Reporting_interaction; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction" VALUES (17, '2026-10-24 03:58:28+00', 'clean', '00000000000000000000000048d159e242af37bc', 'bcfg2-2.harbour.example', 1, 1, 0, 1, 39, 2, 3, false, true);
INSERT INTO public."Reporting_interaction" VALUES (1, '2026-10-20 03:31:46+00', 'dirty', '0000000000000000000000000000000000000000', 'bcfg2-2.harbour.example', 0, 27, 27, 0, 40, 1, 1, true, false);
INSERT INTO public."Reporting_interaction" VALUES (2, '2026-10-20 03:39:28+00', 'dirty', '0000000000000000000000000000000000000000', 'bcfg2-2.harbour.example', 3, 29, 26, 0, 39, 2, 3, true, false);
INSERT INTO public."Reporting_interaction" VALUES (3, '2026-10-20 04:12:49+00', 'dirty', '0000000000000000000000000000000000000000', 'bcfg2.harbour.example', 17, 21, 4, 10, 37, 3, 4, false, false);
INSERT INTO public."Reporting_interaction" VALUES (18, '2026-10-24 04:05:03+00', 'clean', '00000000000000000000000048d159e242af37bc', 'bcfg2-2.harbour.example', 6, 6, 0, 1, 40, 4, 5, false, false);
INSERT INTO public."Reporting_interaction" VALUES (4, '2026-10-20 04:19:38+00', 'clean', '0000000000000000000000000000000000000000', 'bcfg2.harbour.example', 6, 6, 0, 1, 40, 4, 5, false, false);
INSERT INTO public."Reporting_interaction" VALUES (5, '2026-10-21 03:17:01+00', 'dirty', '0000000000000000000000001234567890abcdef', 'bcfg2-2.harbour.example', 3, 29, 26, 0, 26, 2, 3, false, false);
INSERT INTO public."Reporting_interaction" VALUES (6, '2026-10-21 03:55:11+00', 'dirty', '0000000000000000000000001234567890abcdef', 'bcfg2-2.harbour.example', 24, 29, 5, 22, 26, 2, 3, false, false);
INSERT INTO public."Reporting_interaction" VALUES (7, '2026-10-21 04:50:29+00', 'dirty', '0000000000000000000000001234567890abcdef', 'bcfg2.harbour.example', 17, 21, 4, 10, 37, 3, 4, false, false);
INSERT INTO public."Reporting_interaction" VALUES (8, '2026-10-21 05:06:18+00', 'clean', '0000000000000000000000001234567890abcdef', 'bcfg2-2.harbour.example', 6, 6, 0, 1, 40, 4, 5, false, false);
INSERT INTO public."Reporting_interaction" VALUES (20, '2026-10-24 05:26:46+00', 'clean', '00000000000000000000000048d159e242af37bc', 'bcfg2.harbour.example', 1, 1, 0, 1, 39, 2, 3, false, true);
INSERT INTO public."Reporting_interaction" VALUES (9, '2026-10-22 03:34:33+00', 'dirty', '0000000000000000000000002468acf121579bde', 'bcfg2.harbour.example', 25, 29, 4, 22, 39, 2, 3, false, false);
INSERT INTO public."Reporting_interaction" VALUES (10, '2026-10-22 04:31:39+00', 'dirty', '0000000000000000000000002468acf121579bde', 'bcfg2.harbour.example', 0, 27, 27, 0, 40, 1, 1, true, false);
INSERT INTO public."Reporting_interaction" VALUES (11, '2026-10-22 04:50:11+00', 'clean', '0000000000000000000000002468acf121579bde', 'bcfg2.harbour.example', 6, 6, 0, 1, 40, 4, 5, false, false);
INSERT INTO public."Reporting_interaction" VALUES (21, '2026-10-25 03:27:48+00', 'dirty', '0000000000000000000000005b05b05ad35b05ab', 'bcfg2.harbour.example', 0, 27, 27, 0, 40, 1, 1, true, false);
INSERT INTO public."Reporting_interaction" VALUES (12, '2026-10-22 05:55:13+00', 'dirty', '0000000000000000000000002468acf121579bde', 'bcfg2.harbour.example', 2, 4, 2, 0, 1, 4, 5, false, false);
INSERT INTO public."Reporting_interaction" VALUES (13, '2026-10-23 04:12:15+00', 'clean', '000000000000000000000000369d0369b20369cd', 'bcfg2-2.harbour.example', 1, 1, 0, 1, 39, 2, 3, false, true);
INSERT INTO public."Reporting_interaction" VALUES (14, '2026-10-23 05:07:33+00', 'dirty', '000000000000000000000000369d0369b20369cd', 'bcfg2-2.harbour.example', 25, 29, 4, 22, 39, 2, 3, false, false);
INSERT INTO public."Reporting_interaction" VALUES (22, '2026-10-25 04:00:47+00', 'dirty', '0000000000000000000000005b05b05ad35b05ab', 'bcfg2-2.harbour.example', 25, 29, 4, 22, 39, 2, 3, false, false);
INSERT INTO public."Reporting_interaction" VALUES (15, '2026-10-23 05:21:25+00', 'dirty', '000000000000000000000000369d0369b20369cd', 'bcfg2.harbour.example', 0, 27, 27, 0, 40, 1, 1, true, false);
INSERT INTO public."Reporting_interaction" VALUES (16, '2026-10-23 05:43:14+00', 'dirty', '000000000000000000000000369d0369b20369cd', 'bcfg2-2.harbour.example', 2, 4, 3, 1, 3, 4, 5, false, false);
INSERT INTO public."Reporting_interaction" VALUES (23, '2026-10-25 04:07:32+00', 'clean', '0000000000000000000000005b05b05ad35b05ab', 'bcfg2-2.harbour.example', 0, 0, 0, 0, 0, 4, 5, false, false);
-- Data for Name: Reporting_interaction_actions; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_actions" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_actions" VALUES (2, 2, 1);
INSERT INTO public."Reporting_interaction_actions" VALUES (3, 2, 2);
INSERT INTO public."Reporting_interaction_actions" VALUES (4, 3, 3);
INSERT INTO public."Reporting_interaction_actions" VALUES (5, 4, 3);
INSERT INTO public."Reporting_interaction_actions" VALUES (6, 5, 1);
INSERT INTO public."Reporting_interaction_actions" VALUES (7, 5, 2);
INSERT INTO public."Reporting_interaction_actions" VALUES (8, 6, 2);
INSERT INTO public."Reporting_interaction_actions" VALUES (9, 6, 3);
INSERT INTO public."Reporting_interaction_actions" VALUES (10, 7, 3);
INSERT INTO public."Reporting_interaction_actions" VALUES (11, 8, 3);
INSERT INTO public."Reporting_interaction_actions" VALUES (12, 9, 3);
INSERT INTO public."Reporting_interaction_actions" VALUES (13, 10, 1);
INSERT INTO public."Reporting_interaction_actions" VALUES (14, 11, 3);
INSERT INTO public."Reporting_interaction_actions" VALUES (15, 14, 3);
INSERT INTO public."Reporting_interaction_actions" VALUES (16, 15, 1);
INSERT INTO public."Reporting_interaction_actions" VALUES (17, 18, 3);
INSERT INTO public."Reporting_interaction_actions" VALUES (18, 21, 1);
INSERT INTO public."Reporting_interaction_actions" VALUES (19, 22, 3);
-- Data for Name: Reporting_interaction_bundles; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_bundles" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_bundles" VALUES (2, 1, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (3, 1, 3);
INSERT INTO public."Reporting_interaction_bundles" VALUES (4, 1, 4);
INSERT INTO public."Reporting_interaction_bundles" VALUES (5, 2, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (6, 2, 3);
INSERT INTO public."Reporting_interaction_bundles" VALUES (7, 2, 5);
INSERT INTO public."Reporting_interaction_bundles" VALUES (8, 2, 6);
INSERT INTO public."Reporting_interaction_bundles" VALUES (9, 3, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (10, 3, 7);
INSERT INTO public."Reporting_interaction_bundles" VALUES (11, 3, 3);
INSERT INTO public."Reporting_interaction_bundles" VALUES (12, 4, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (13, 5, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (14, 5, 3);
INSERT INTO public."Reporting_interaction_bundles" VALUES (15, 5, 5);
INSERT INTO public."Reporting_interaction_bundles" VALUES (16, 5, 6);
INSERT INTO public."Reporting_interaction_bundles" VALUES (17, 6, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (18, 6, 3);
INSERT INTO public."Reporting_interaction_bundles" VALUES (19, 6, 5);
INSERT INTO public."Reporting_interaction_bundles" VALUES (20, 6, 6);
INSERT INTO public."Reporting_interaction_bundles" VALUES (21, 7, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (22, 7, 7);
INSERT INTO public."Reporting_interaction_bundles" VALUES (23, 7, 3);
INSERT INTO public."Reporting_interaction_bundles" VALUES (24, 8, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (25, 9, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (26, 9, 3);
INSERT INTO public."Reporting_interaction_bundles" VALUES (27, 9, 5);
INSERT INTO public."Reporting_interaction_bundles" VALUES (28, 9, 6);
INSERT INTO public."Reporting_interaction_bundles" VALUES (29, 10, 1);
INSERT INTO public."Reporting_interaction_bundles" VALUES (30, 10, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (31, 10, 3);
INSERT INTO public."Reporting_interaction_bundles" VALUES (32, 10, 4);
INSERT INTO public."Reporting_interaction_bundles" VALUES (33, 11, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (34, 12, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (35, 13, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (36, 13, 3);
INSERT INTO public."Reporting_interaction_bundles" VALUES (37, 13, 5);
INSERT INTO public."Reporting_interaction_bundles" VALUES (38, 13, 6);
INSERT INTO public."Reporting_interaction_bundles" VALUES (39, 14, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (40, 14, 3);
INSERT INTO public."Reporting_interaction_bundles" VALUES (41, 14, 5);
INSERT INTO public."Reporting_interaction_bundles" VALUES (42, 14, 6);
INSERT INTO public."Reporting_interaction_bundles" VALUES (43, 15, 1);
INSERT INTO public."Reporting_interaction_bundles" VALUES (44, 15, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (45, 15, 3);
INSERT INTO public."Reporting_interaction_bundles" VALUES (46, 15, 4);
INSERT INTO public."Reporting_interaction_bundles" VALUES (47, 16, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (48, 17, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (49, 17, 3);
INSERT INTO public."Reporting_interaction_bundles" VALUES (50, 17, 5);
INSERT INTO public."Reporting_interaction_bundles" VALUES (51, 17, 6);
INSERT INTO public."Reporting_interaction_bundles" VALUES (52, 18, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (54, 20, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (55, 20, 3);
INSERT INTO public."Reporting_interaction_bundles" VALUES (56, 20, 5);
INSERT INTO public."Reporting_interaction_bundles" VALUES (57, 20, 6);
INSERT INTO public."Reporting_interaction_bundles" VALUES (58, 21, 1);
INSERT INTO public."Reporting_interaction_bundles" VALUES (59, 21, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (60, 21, 3);
INSERT INTO public."Reporting_interaction_bundles" VALUES (61, 21, 4);
INSERT INTO public."Reporting_interaction_bundles" VALUES (62, 22, 2);
INSERT INTO public."Reporting_interaction_bundles" VALUES (63, 22, 3);
INSERT INTO public."Reporting_interaction_bundles" VALUES (64, 22, 5);
INSERT INTO public."Reporting_interaction_bundles" VALUES (65, 22, 6);
INSERT INTO public."Reporting_interaction_bundles" VALUES (66, 23, 2);
-- Data for Name: Reporting_interaction_failures; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_failures" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_failures" VALUES (2, 1, 2);
INSERT INTO public."Reporting_interaction_failures" VALUES (3, 1, 3);
INSERT INTO public."Reporting_interaction_failures" VALUES (4, 1, 4);
INSERT INTO public."Reporting_interaction_failures" VALUES (5, 2, 2);
INSERT INTO public."Reporting_interaction_failures" VALUES (6, 3, 2);
INSERT INTO public."Reporting_interaction_failures" VALUES (7, 5, 2);
INSERT INTO public."Reporting_interaction_failures" VALUES (8, 6, 2);
INSERT INTO public."Reporting_interaction_failures" VALUES (9, 7, 2);
INSERT INTO public."Reporting_interaction_failures" VALUES (10, 9, 2);
INSERT INTO public."Reporting_interaction_failures" VALUES (11, 10, 1);
INSERT INTO public."Reporting_interaction_failures" VALUES (12, 10, 2);
INSERT INTO public."Reporting_interaction_failures" VALUES (13, 10, 3);
INSERT INTO public."Reporting_interaction_failures" VALUES (14, 10, 4);
INSERT INTO public."Reporting_interaction_failures" VALUES (15, 14, 2);
INSERT INTO public."Reporting_interaction_failures" VALUES (16, 15, 1);
INSERT INTO public."Reporting_interaction_failures" VALUES (17, 15, 2);
INSERT INTO public."Reporting_interaction_failures" VALUES (18, 15, 3);
INSERT INTO public."Reporting_interaction_failures" VALUES (19, 15, 4);
INSERT INTO public."Reporting_interaction_failures" VALUES (20, 21, 1);
INSERT INTO public."Reporting_interaction_failures" VALUES (21, 21, 2);
INSERT INTO public."Reporting_interaction_failures" VALUES (22, 21, 3);
INSERT INTO public."Reporting_interaction_failures" VALUES (23, 21, 4);
INSERT INTO public."Reporting_interaction_failures" VALUES (24, 22, 2);
-- Data for Name: Reporting_interaction_groups; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_groups" VALUES (1, 1, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (2, 1, 1);
INSERT INTO public."Reporting_interaction_groups" VALUES (3, 2, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (4, 2, 3);
INSERT INTO public."Reporting_interaction_groups" VALUES (5, 3, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (6, 3, 4);
INSERT INTO public."Reporting_interaction_groups" VALUES (7, 4, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (8, 4, 5);
INSERT INTO public."Reporting_interaction_groups" VALUES (9, 5, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (10, 5, 3);
INSERT INTO public."Reporting_interaction_groups" VALUES (11, 6, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (12, 6, 3);
INSERT INTO public."Reporting_interaction_groups" VALUES (13, 7, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (14, 7, 4);
INSERT INTO public."Reporting_interaction_groups" VALUES (15, 8, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (16, 8, 5);
INSERT INTO public."Reporting_interaction_groups" VALUES (17, 9, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (18, 9, 3);
INSERT INTO public."Reporting_interaction_groups" VALUES (19, 10, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (20, 10, 1);
INSERT INTO public."Reporting_interaction_groups" VALUES (21, 11, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (22, 11, 5);
INSERT INTO public."Reporting_interaction_groups" VALUES (23, 12, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (24, 12, 5);
INSERT INTO public."Reporting_interaction_groups" VALUES (25, 13, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (26, 13, 3);
INSERT INTO public."Reporting_interaction_groups" VALUES (27, 14, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (28, 14, 3);
INSERT INTO public."Reporting_interaction_groups" VALUES (29, 15, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (30, 15, 1);
INSERT INTO public."Reporting_interaction_groups" VALUES (31, 16, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (32, 16, 5);
INSERT INTO public."Reporting_interaction_groups" VALUES (33, 17, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (34, 17, 3);
INSERT INTO public."Reporting_interaction_groups" VALUES (35, 18, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (36, 18, 5);
INSERT INTO public."Reporting_interaction_groups" VALUES (39, 20, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (40, 20, 3);
INSERT INTO public."Reporting_interaction_groups" VALUES (41, 21, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (42, 21, 1);
INSERT INTO public."Reporting_interaction_groups" VALUES (43, 22, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (44, 22, 3);
INSERT INTO public."Reporting_interaction_groups" VALUES (45, 23, 2);
INSERT INTO public."Reporting_interaction_groups" VALUES (46, 23, 5);
-- Data for Name: Reporting_interaction_packages; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_packages" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_packages" VALUES (2, 1, 2);
INSERT INTO public."Reporting_interaction_packages" VALUES (3, 1, 3);
INSERT INTO public."Reporting_interaction_packages" VALUES (4, 1, 4);
INSERT INTO public."Reporting_interaction_packages" VALUES (5, 1, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (6, 2, 1);
INSERT INTO public."Reporting_interaction_packages" VALUES (7, 2, 2);
INSERT INTO public."Reporting_interaction_packages" VALUES (8, 2, 4);
INSERT INTO public."Reporting_interaction_packages" VALUES (9, 2, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (10, 2, 6);
INSERT INTO public."Reporting_interaction_packages" VALUES (11, 3, 8);
INSERT INTO public."Reporting_interaction_packages" VALUES (12, 3, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (13, 3, 7);
INSERT INTO public."Reporting_interaction_packages" VALUES (14, 4, 8);
INSERT INTO public."Reporting_interaction_packages" VALUES (15, 4, 9);
INSERT INTO public."Reporting_interaction_packages" VALUES (16, 4, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (17, 5, 1);
INSERT INTO public."Reporting_interaction_packages" VALUES (18, 5, 2);
INSERT INTO public."Reporting_interaction_packages" VALUES (19, 5, 11);
INSERT INTO public."Reporting_interaction_packages" VALUES (20, 5, 10);
INSERT INTO public."Reporting_interaction_packages" VALUES (21, 5, 6);
INSERT INTO public."Reporting_interaction_packages" VALUES (22, 6, 1);
INSERT INTO public."Reporting_interaction_packages" VALUES (23, 6, 2);
INSERT INTO public."Reporting_interaction_packages" VALUES (24, 6, 11);
INSERT INTO public."Reporting_interaction_packages" VALUES (25, 6, 10);
INSERT INTO public."Reporting_interaction_packages" VALUES (26, 6, 6);
INSERT INTO public."Reporting_interaction_packages" VALUES (27, 7, 8);
INSERT INTO public."Reporting_interaction_packages" VALUES (28, 7, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (29, 7, 7);
INSERT INTO public."Reporting_interaction_packages" VALUES (30, 8, 8);
INSERT INTO public."Reporting_interaction_packages" VALUES (31, 8, 9);
INSERT INTO public."Reporting_interaction_packages" VALUES (32, 8, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (33, 9, 1);
INSERT INTO public."Reporting_interaction_packages" VALUES (34, 9, 2);
INSERT INTO public."Reporting_interaction_packages" VALUES (35, 9, 4);
INSERT INTO public."Reporting_interaction_packages" VALUES (36, 9, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (37, 9, 6);
INSERT INTO public."Reporting_interaction_packages" VALUES (38, 10, 1);
INSERT INTO public."Reporting_interaction_packages" VALUES (39, 10, 2);
INSERT INTO public."Reporting_interaction_packages" VALUES (40, 10, 3);
INSERT INTO public."Reporting_interaction_packages" VALUES (41, 10, 4);
INSERT INTO public."Reporting_interaction_packages" VALUES (42, 10, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (43, 11, 8);
INSERT INTO public."Reporting_interaction_packages" VALUES (44, 11, 9);
INSERT INTO public."Reporting_interaction_packages" VALUES (45, 11, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (46, 13, 4);
INSERT INTO public."Reporting_interaction_packages" VALUES (47, 13, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (48, 14, 1);
INSERT INTO public."Reporting_interaction_packages" VALUES (49, 14, 2);
INSERT INTO public."Reporting_interaction_packages" VALUES (50, 14, 4);
INSERT INTO public."Reporting_interaction_packages" VALUES (51, 14, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (52, 14, 6);
INSERT INTO public."Reporting_interaction_packages" VALUES (53, 15, 1);
INSERT INTO public."Reporting_interaction_packages" VALUES (54, 15, 2);
INSERT INTO public."Reporting_interaction_packages" VALUES (55, 15, 3);
INSERT INTO public."Reporting_interaction_packages" VALUES (56, 15, 4);
INSERT INTO public."Reporting_interaction_packages" VALUES (57, 15, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (58, 16, 12);
INSERT INTO public."Reporting_interaction_packages" VALUES (59, 16, 13);
INSERT INTO public."Reporting_interaction_packages" VALUES (60, 16, 14);
INSERT INTO public."Reporting_interaction_packages" VALUES (61, 17, 4);
INSERT INTO public."Reporting_interaction_packages" VALUES (62, 17, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (63, 18, 8);
INSERT INTO public."Reporting_interaction_packages" VALUES (64, 18, 9);
INSERT INTO public."Reporting_interaction_packages" VALUES (65, 18, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (66, 20, 4);
INSERT INTO public."Reporting_interaction_packages" VALUES (67, 20, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (68, 21, 1);
INSERT INTO public."Reporting_interaction_packages" VALUES (69, 21, 2);
INSERT INTO public."Reporting_interaction_packages" VALUES (70, 21, 3);
INSERT INTO public."Reporting_interaction_packages" VALUES (71, 21, 4);
INSERT INTO public."Reporting_interaction_packages" VALUES (72, 21, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (73, 22, 1);
INSERT INTO public."Reporting_interaction_packages" VALUES (74, 22, 2);
INSERT INTO public."Reporting_interaction_packages" VALUES (75, 22, 4);
INSERT INTO public."Reporting_interaction_packages" VALUES (76, 22, 5);
INSERT INTO public."Reporting_interaction_packages" VALUES (77, 22, 6);
-- Data for Name: Reporting_interaction_paths; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_paths" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_paths" VALUES (2, 1, 2);
INSERT INTO public."Reporting_interaction_paths" VALUES (3, 1, 3);
INSERT INTO public."Reporting_interaction_paths" VALUES (4, 1, 4);
INSERT INTO public."Reporting_interaction_paths" VALUES (5, 1, 5);
INSERT INTO public."Reporting_interaction_paths" VALUES (6, 1, 6);
INSERT INTO public."Reporting_interaction_paths" VALUES (7, 1, 7);
INSERT INTO public."Reporting_interaction_paths" VALUES (8, 1, 8);
INSERT INTO public."Reporting_interaction_paths" VALUES (9, 1, 9);
INSERT INTO public."Reporting_interaction_paths" VALUES (10, 2, 5);
INSERT INTO public."Reporting_interaction_paths" VALUES (11, 2, 6);
INSERT INTO public."Reporting_interaction_paths" VALUES (12, 2, 7);
INSERT INTO public."Reporting_interaction_paths" VALUES (13, 2, 8);
INSERT INTO public."Reporting_interaction_paths" VALUES (14, 2, 10);
INSERT INTO public."Reporting_interaction_paths" VALUES (15, 2, 11);
INSERT INTO public."Reporting_interaction_paths" VALUES (16, 2, 12);
INSERT INTO public."Reporting_interaction_paths" VALUES (17, 2, 13);
INSERT INTO public."Reporting_interaction_paths" VALUES (18, 2, 14);
INSERT INTO public."Reporting_interaction_paths" VALUES (19, 2, 15);
INSERT INTO public."Reporting_interaction_paths" VALUES (20, 2, 16);
INSERT INTO public."Reporting_interaction_paths" VALUES (21, 2, 17);
INSERT INTO public."Reporting_interaction_paths" VALUES (22, 2, 18);
INSERT INTO public."Reporting_interaction_paths" VALUES (23, 3, 19);
INSERT INTO public."Reporting_interaction_paths" VALUES (24, 3, 20);
INSERT INTO public."Reporting_interaction_paths" VALUES (25, 3, 21);
INSERT INTO public."Reporting_interaction_paths" VALUES (26, 3, 22);
INSERT INTO public."Reporting_interaction_paths" VALUES (27, 3, 23);
INSERT INTO public."Reporting_interaction_paths" VALUES (28, 3, 24);
INSERT INTO public."Reporting_interaction_paths" VALUES (29, 3, 25);
INSERT INTO public."Reporting_interaction_paths" VALUES (30, 5, 32);
INSERT INTO public."Reporting_interaction_paths" VALUES (31, 5, 10);
INSERT INTO public."Reporting_interaction_paths" VALUES (32, 5, 11);
INSERT INTO public."Reporting_interaction_paths" VALUES (33, 5, 12);
INSERT INTO public."Reporting_interaction_paths" VALUES (34, 5, 13);
INSERT INTO public."Reporting_interaction_paths" VALUES (35, 5, 15);
INSERT INTO public."Reporting_interaction_paths" VALUES (36, 5, 17);
INSERT INTO public."Reporting_interaction_paths" VALUES (37, 5, 26);
INSERT INTO public."Reporting_interaction_paths" VALUES (38, 5, 27);
INSERT INTO public."Reporting_interaction_paths" VALUES (39, 5, 28);
INSERT INTO public."Reporting_interaction_paths" VALUES (40, 5, 29);
INSERT INTO public."Reporting_interaction_paths" VALUES (41, 5, 30);
INSERT INTO public."Reporting_interaction_paths" VALUES (42, 5, 31);
INSERT INTO public."Reporting_interaction_paths" VALUES (43, 6, 33);
INSERT INTO public."Reporting_interaction_paths" VALUES (44, 6, 34);
INSERT INTO public."Reporting_interaction_paths" VALUES (45, 6, 35);
INSERT INTO public."Reporting_interaction_paths" VALUES (46, 6, 36);
INSERT INTO public."Reporting_interaction_paths" VALUES (47, 6, 37);
INSERT INTO public."Reporting_interaction_paths" VALUES (48, 6, 38);
INSERT INTO public."Reporting_interaction_paths" VALUES (49, 6, 39);
INSERT INTO public."Reporting_interaction_paths" VALUES (50, 6, 40);
INSERT INTO public."Reporting_interaction_paths" VALUES (51, 6, 41);
INSERT INTO public."Reporting_interaction_paths" VALUES (52, 6, 42);
INSERT INTO public."Reporting_interaction_paths" VALUES (53, 6, 43);
INSERT INTO public."Reporting_interaction_paths" VALUES (54, 6, 44);
INSERT INTO public."Reporting_interaction_paths" VALUES (55, 6, 45);
INSERT INTO public."Reporting_interaction_paths" VALUES (56, 7, 46);
INSERT INTO public."Reporting_interaction_paths" VALUES (57, 7, 19);
INSERT INTO public."Reporting_interaction_paths" VALUES (58, 7, 20);
INSERT INTO public."Reporting_interaction_paths" VALUES (59, 7, 21);
INSERT INTO public."Reporting_interaction_paths" VALUES (60, 7, 22);
INSERT INTO public."Reporting_interaction_paths" VALUES (61, 7, 23);
INSERT INTO public."Reporting_interaction_paths" VALUES (62, 7, 25);
INSERT INTO public."Reporting_interaction_paths" VALUES (63, 9, 34);
INSERT INTO public."Reporting_interaction_paths" VALUES (64, 9, 35);
INSERT INTO public."Reporting_interaction_paths" VALUES (65, 9, 37);
INSERT INTO public."Reporting_interaction_paths" VALUES (66, 9, 39);
INSERT INTO public."Reporting_interaction_paths" VALUES (67, 9, 41);
INSERT INTO public."Reporting_interaction_paths" VALUES (68, 9, 45);
INSERT INTO public."Reporting_interaction_paths" VALUES (69, 9, 47);
INSERT INTO public."Reporting_interaction_paths" VALUES (70, 9, 48);
INSERT INTO public."Reporting_interaction_paths" VALUES (71, 9, 49);
INSERT INTO public."Reporting_interaction_paths" VALUES (72, 9, 50);
INSERT INTO public."Reporting_interaction_paths" VALUES (73, 9, 51);
INSERT INTO public."Reporting_interaction_paths" VALUES (74, 9, 52);
INSERT INTO public."Reporting_interaction_paths" VALUES (75, 9, 53);
INSERT INTO public."Reporting_interaction_paths" VALUES (76, 10, 5);
INSERT INTO public."Reporting_interaction_paths" VALUES (77, 10, 6);
INSERT INTO public."Reporting_interaction_paths" VALUES (78, 10, 7);
INSERT INTO public."Reporting_interaction_paths" VALUES (79, 10, 8);
INSERT INTO public."Reporting_interaction_paths" VALUES (80, 10, 10);
INSERT INTO public."Reporting_interaction_paths" VALUES (81, 10, 11);
INSERT INTO public."Reporting_interaction_paths" VALUES (82, 10, 12);
INSERT INTO public."Reporting_interaction_paths" VALUES (83, 10, 15);
INSERT INTO public."Reporting_interaction_paths" VALUES (84, 10, 17);
INSERT INTO public."Reporting_interaction_paths" VALUES (85, 13, 50);
INSERT INTO public."Reporting_interaction_paths" VALUES (86, 14, 34);
INSERT INTO public."Reporting_interaction_paths" VALUES (87, 14, 35);
INSERT INTO public."Reporting_interaction_paths" VALUES (88, 14, 37);
INSERT INTO public."Reporting_interaction_paths" VALUES (89, 14, 39);
INSERT INTO public."Reporting_interaction_paths" VALUES (90, 14, 41);
INSERT INTO public."Reporting_interaction_paths" VALUES (91, 14, 45);
INSERT INTO public."Reporting_interaction_paths" VALUES (92, 14, 47);
INSERT INTO public."Reporting_interaction_paths" VALUES (93, 14, 48);
INSERT INTO public."Reporting_interaction_paths" VALUES (94, 14, 49);
INSERT INTO public."Reporting_interaction_paths" VALUES (95, 14, 50);
INSERT INTO public."Reporting_interaction_paths" VALUES (96, 14, 51);
INSERT INTO public."Reporting_interaction_paths" VALUES (97, 14, 52);
INSERT INTO public."Reporting_interaction_paths" VALUES (98, 14, 53);
INSERT INTO public."Reporting_interaction_paths" VALUES (99, 15, 5);
INSERT INTO public."Reporting_interaction_paths" VALUES (100, 15, 6);
INSERT INTO public."Reporting_interaction_paths" VALUES (101, 15, 7);
INSERT INTO public."Reporting_interaction_paths" VALUES (102, 15, 8);
INSERT INTO public."Reporting_interaction_paths" VALUES (103, 15, 10);
INSERT INTO public."Reporting_interaction_paths" VALUES (104, 15, 11);
INSERT INTO public."Reporting_interaction_paths" VALUES (105, 15, 12);
INSERT INTO public."Reporting_interaction_paths" VALUES (106, 15, 15);
INSERT INTO public."Reporting_interaction_paths" VALUES (107, 15, 17);
INSERT INTO public."Reporting_interaction_paths" VALUES (108, 17, 50);
INSERT INTO public."Reporting_interaction_paths" VALUES (109, 20, 50);
INSERT INTO public."Reporting_interaction_paths" VALUES (110, 21, 5);
INSERT INTO public."Reporting_interaction_paths" VALUES (111, 21, 6);
INSERT INTO public."Reporting_interaction_paths" VALUES (112, 21, 7);
INSERT INTO public."Reporting_interaction_paths" VALUES (113, 21, 8);
INSERT INTO public."Reporting_interaction_paths" VALUES (114, 21, 10);
INSERT INTO public."Reporting_interaction_paths" VALUES (115, 21, 11);
INSERT INTO public."Reporting_interaction_paths" VALUES (116, 21, 12);
INSERT INTO public."Reporting_interaction_paths" VALUES (117, 21, 15);
INSERT INTO public."Reporting_interaction_paths" VALUES (118, 21, 17);
INSERT INTO public."Reporting_interaction_paths" VALUES (119, 22, 34);
INSERT INTO public."Reporting_interaction_paths" VALUES (120, 22, 35);
INSERT INTO public."Reporting_interaction_paths" VALUES (121, 22, 37);
INSERT INTO public."Reporting_interaction_paths" VALUES (122, 22, 39);
INSERT INTO public."Reporting_interaction_paths" VALUES (123, 22, 41);
INSERT INTO public."Reporting_interaction_paths" VALUES (124, 22, 45);
INSERT INTO public."Reporting_interaction_paths" VALUES (125, 22, 47);
INSERT INTO public."Reporting_interaction_paths" VALUES (126, 22, 48);
INSERT INTO public."Reporting_interaction_paths" VALUES (127, 22, 49);
INSERT INTO public."Reporting_interaction_paths" VALUES (128, 22, 50);
INSERT INTO public."Reporting_interaction_paths" VALUES (129, 22, 51);
INSERT INTO public."Reporting_interaction_paths" VALUES (130, 22, 52);
INSERT INTO public."Reporting_interaction_paths" VALUES (131, 22, 53);
-- Data for Name: Reporting_interaction_posixgroups; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (2, 1, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (3, 1, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (4, 1, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (5, 1, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (6, 1, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (7, 1, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (8, 1, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (9, 1, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (10, 1, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (11, 1, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (12, 2, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (13, 2, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (14, 2, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (15, 2, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (16, 2, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (17, 2, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (18, 2, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (19, 2, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (20, 2, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (21, 2, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (22, 2, 12);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (23, 2, 13);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (24, 3, 1);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (25, 3, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (26, 3, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (27, 3, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (28, 3, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (29, 3, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (30, 3, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (31, 3, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (32, 3, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (33, 3, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (34, 3, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (35, 4, 1);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (36, 4, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (37, 4, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (38, 4, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (39, 4, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (40, 4, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (41, 4, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (42, 4, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (43, 4, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (44, 4, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (45, 4, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (46, 5, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (47, 5, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (48, 5, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (49, 5, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (50, 5, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (51, 5, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (52, 5, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (53, 5, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (54, 5, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (55, 5, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (56, 5, 12);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (57, 5, 13);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (58, 6, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (59, 6, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (60, 6, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (61, 6, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (62, 6, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (63, 6, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (64, 6, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (65, 6, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (66, 6, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (67, 6, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (68, 6, 13);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (69, 6, 14);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (70, 7, 1);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (71, 7, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (72, 7, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (73, 7, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (74, 7, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (75, 7, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (76, 7, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (77, 7, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (78, 7, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (79, 7, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (80, 7, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (81, 8, 1);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (82, 8, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (83, 8, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (84, 8, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (85, 8, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (86, 8, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (87, 8, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (88, 8, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (89, 8, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (90, 8, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (91, 8, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (92, 9, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (93, 9, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (94, 9, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (95, 9, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (96, 9, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (97, 9, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (98, 9, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (99, 9, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (100, 9, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (101, 9, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (102, 9, 13);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (103, 9, 14);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (104, 10, 1);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (105, 10, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (106, 10, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (107, 10, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (108, 10, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (109, 10, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (110, 10, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (111, 10, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (112, 10, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (113, 10, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (114, 10, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (115, 11, 1);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (116, 11, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (117, 11, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (118, 11, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (119, 11, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (120, 11, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (121, 11, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (122, 11, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (123, 11, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (124, 11, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (125, 11, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (126, 13, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (127, 13, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (128, 13, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (129, 13, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (130, 13, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (131, 13, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (132, 13, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (133, 13, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (134, 13, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (135, 13, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (136, 13, 13);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (137, 14, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (138, 14, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (139, 14, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (140, 14, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (141, 14, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (142, 14, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (143, 14, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (144, 14, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (145, 14, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (146, 14, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (147, 14, 13);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (148, 14, 14);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (149, 15, 1);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (150, 15, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (151, 15, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (152, 15, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (153, 15, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (154, 15, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (155, 15, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (156, 15, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (157, 15, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (158, 15, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (159, 15, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (160, 17, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (161, 17, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (162, 17, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (163, 17, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (164, 17, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (165, 17, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (166, 17, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (167, 17, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (168, 17, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (169, 17, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (170, 17, 13);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (171, 18, 1);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (172, 18, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (173, 18, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (174, 18, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (175, 18, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (176, 18, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (177, 18, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (178, 18, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (179, 18, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (180, 18, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (181, 18, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (182, 20, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (183, 20, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (184, 20, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (185, 20, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (186, 20, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (187, 20, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (188, 20, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (189, 20, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (190, 20, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (191, 20, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (192, 20, 13);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (193, 21, 1);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (194, 21, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (195, 21, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (196, 21, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (197, 21, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (198, 21, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (199, 21, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (200, 21, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (201, 21, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (202, 21, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (203, 21, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (204, 22, 2);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (205, 22, 3);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (206, 22, 4);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (207, 22, 5);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (208, 22, 6);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (209, 22, 7);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (210, 22, 8);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (211, 22, 9);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (212, 22, 10);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (213, 22, 11);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (214, 22, 13);
INSERT INTO public."Reporting_interaction_posixgroups" VALUES (215, 22, 14);
-- Data for Name: Reporting_interaction_posixusers; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_posixusers" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (2, 1, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (3, 1, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (4, 1, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (5, 1, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (6, 1, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (7, 1, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (8, 1, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (9, 1, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (10, 1, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (11, 1, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (12, 1, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (13, 1, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (14, 2, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (15, 2, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (16, 2, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (17, 2, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (18, 2, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (19, 2, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (20, 2, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (21, 2, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (22, 2, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (23, 2, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (24, 2, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (25, 2, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (26, 2, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (27, 2, 14);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (28, 2, 15);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (29, 3, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (30, 3, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (31, 3, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (32, 3, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (33, 3, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (34, 3, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (35, 3, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (36, 3, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (37, 3, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (38, 3, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (39, 3, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (40, 3, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (41, 3, 16);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (42, 4, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (43, 4, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (44, 4, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (45, 4, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (46, 4, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (47, 4, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (48, 4, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (49, 4, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (50, 4, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (51, 4, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (52, 4, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (53, 4, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (54, 4, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (55, 5, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (56, 5, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (57, 5, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (58, 5, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (59, 5, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (60, 5, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (61, 5, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (62, 5, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (63, 5, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (64, 5, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (65, 5, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (66, 5, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (67, 5, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (68, 5, 14);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (69, 5, 15);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (70, 6, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (71, 6, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (72, 6, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (73, 6, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (74, 6, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (75, 6, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (76, 6, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (77, 6, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (78, 6, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (79, 6, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (80, 6, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (81, 6, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (82, 6, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (83, 6, 17);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (84, 6, 18);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (85, 7, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (86, 7, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (87, 7, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (88, 7, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (89, 7, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (90, 7, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (91, 7, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (92, 7, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (93, 7, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (94, 7, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (95, 7, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (96, 7, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (97, 7, 16);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (98, 8, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (99, 8, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (100, 8, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (101, 8, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (102, 8, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (103, 8, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (104, 8, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (105, 8, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (106, 8, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (107, 8, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (108, 8, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (109, 8, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (110, 8, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (111, 9, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (112, 9, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (113, 9, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (114, 9, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (115, 9, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (116, 9, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (117, 9, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (118, 9, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (119, 9, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (120, 9, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (121, 9, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (122, 9, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (123, 9, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (124, 9, 17);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (125, 9, 18);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (126, 10, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (127, 10, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (128, 10, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (129, 10, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (130, 10, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (131, 10, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (132, 10, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (133, 10, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (134, 10, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (135, 10, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (136, 10, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (137, 10, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (138, 10, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (139, 11, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (140, 11, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (141, 11, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (142, 11, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (143, 11, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (144, 11, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (145, 11, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (146, 11, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (147, 11, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (148, 11, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (149, 11, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (150, 11, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (151, 11, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (152, 13, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (153, 13, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (154, 13, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (155, 13, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (156, 13, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (157, 13, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (158, 13, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (159, 13, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (160, 13, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (161, 13, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (162, 13, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (163, 13, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (164, 13, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (165, 14, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (166, 14, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (167, 14, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (168, 14, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (169, 14, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (170, 14, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (171, 14, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (172, 14, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (173, 14, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (174, 14, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (175, 14, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (176, 14, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (177, 14, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (178, 14, 17);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (179, 14, 18);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (180, 15, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (181, 15, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (182, 15, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (183, 15, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (184, 15, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (185, 15, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (186, 15, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (187, 15, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (188, 15, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (189, 15, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (190, 15, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (191, 15, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (192, 15, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (193, 17, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (194, 17, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (195, 17, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (196, 17, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (197, 17, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (198, 17, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (199, 17, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (200, 17, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (201, 17, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (202, 17, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (203, 17, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (204, 17, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (205, 17, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (206, 18, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (207, 18, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (208, 18, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (209, 18, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (210, 18, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (211, 18, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (212, 18, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (213, 18, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (214, 18, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (215, 18, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (216, 18, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (217, 18, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (218, 18, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (219, 20, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (220, 20, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (221, 20, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (222, 20, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (223, 20, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (224, 20, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (225, 20, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (226, 20, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (227, 20, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (228, 20, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (229, 20, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (230, 20, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (231, 20, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (232, 21, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (233, 21, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (234, 21, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (235, 21, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (236, 21, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (237, 21, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (238, 21, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (239, 21, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (240, 21, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (241, 21, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (242, 21, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (243, 21, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (244, 21, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (245, 22, 1);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (246, 22, 2);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (247, 22, 3);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (248, 22, 4);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (249, 22, 5);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (250, 22, 6);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (251, 22, 7);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (252, 22, 8);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (253, 22, 9);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (254, 22, 10);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (255, 22, 11);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (256, 22, 12);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (257, 22, 13);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (258, 22, 17);
INSERT INTO public."Reporting_interaction_posixusers" VALUES (259, 22, 18);
-- Data for Name: Reporting_interaction_sebooleans; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_sebooleans" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_sebooleans" VALUES (2, 10, 1);
INSERT INTO public."Reporting_interaction_sebooleans" VALUES (3, 15, 1);
INSERT INTO public."Reporting_interaction_sebooleans" VALUES (4, 21, 1);
-- Data for Name: Reporting_interaction_sefcontexts; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_sefcontexts" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_sefcontexts" VALUES (2, 10, 1);
INSERT INTO public."Reporting_interaction_sefcontexts" VALUES (3, 15, 1);
INSERT INTO public."Reporting_interaction_sefcontexts" VALUES (4, 21, 1);
-- Data for Name: Reporting_interaction_seinterfaces; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_seinterfaces" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_seinterfaces" VALUES (2, 10, 1);
INSERT INTO public."Reporting_interaction_seinterfaces" VALUES (3, 15, 1);
INSERT INTO public."Reporting_interaction_seinterfaces" VALUES (4, 21, 1);
-- Data for Name: Reporting_interaction_selogins; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_selogins" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_selogins" VALUES (2, 10, 1);
INSERT INTO public."Reporting_interaction_selogins" VALUES (3, 15, 1);
INSERT INTO public."Reporting_interaction_selogins" VALUES (4, 21, 1);
-- Data for Name: Reporting_interaction_semodules; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_semodules" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_semodules" VALUES (2, 10, 1);
INSERT INTO public."Reporting_interaction_semodules" VALUES (3, 15, 1);
INSERT INTO public."Reporting_interaction_semodules" VALUES (4, 21, 1);
-- Data for Name: Reporting_interaction_senodes; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_senodes" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_senodes" VALUES (2, 10, 1);
INSERT INTO public."Reporting_interaction_senodes" VALUES (3, 15, 1);
INSERT INTO public."Reporting_interaction_senodes" VALUES (4, 21, 1);
-- Data for Name: Reporting_interaction_sepermissives; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_sepermissives" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_sepermissives" VALUES (2, 10, 1);
INSERT INTO public."Reporting_interaction_sepermissives" VALUES (3, 15, 1);
INSERT INTO public."Reporting_interaction_sepermissives" VALUES (4, 21, 1);
-- Data for Name: Reporting_interaction_seports; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_seports" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_seports" VALUES (2, 10, 1);
INSERT INTO public."Reporting_interaction_seports" VALUES (3, 15, 1);
INSERT INTO public."Reporting_interaction_seports" VALUES (4, 21, 1);
-- Data for Name: Reporting_interaction_services; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_services" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_services" VALUES (2, 1, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (3, 1, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (4, 1, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (5, 1, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (6, 1, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (7, 1, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (8, 1, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (9, 1, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (10, 1, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (11, 1, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (12, 1, 12);
INSERT INTO public."Reporting_interaction_services" VALUES (13, 1, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (14, 1, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (15, 2, 1);
INSERT INTO public."Reporting_interaction_services" VALUES (16, 2, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (17, 2, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (18, 2, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (19, 2, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (20, 2, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (21, 2, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (22, 2, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (23, 2, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (24, 2, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (25, 2, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (26, 2, 12);
INSERT INTO public."Reporting_interaction_services" VALUES (27, 2, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (28, 2, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (29, 2, 15);
INSERT INTO public."Reporting_interaction_services" VALUES (30, 2, 16);
INSERT INTO public."Reporting_interaction_services" VALUES (31, 3, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (32, 3, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (33, 3, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (34, 3, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (35, 3, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (36, 3, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (37, 3, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (38, 3, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (39, 3, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (40, 3, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (41, 3, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (42, 3, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (43, 3, 17);
INSERT INTO public."Reporting_interaction_services" VALUES (44, 4, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (45, 4, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (46, 4, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (47, 4, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (48, 4, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (49, 4, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (50, 4, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (51, 4, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (52, 4, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (53, 4, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (54, 4, 12);
INSERT INTO public."Reporting_interaction_services" VALUES (55, 4, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (56, 4, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (57, 5, 18);
INSERT INTO public."Reporting_interaction_services" VALUES (58, 5, 19);
INSERT INTO public."Reporting_interaction_services" VALUES (59, 5, 20);
INSERT INTO public."Reporting_interaction_services" VALUES (60, 6, 21);
INSERT INTO public."Reporting_interaction_services" VALUES (61, 6, 22);
INSERT INTO public."Reporting_interaction_services" VALUES (62, 6, 23);
INSERT INTO public."Reporting_interaction_services" VALUES (63, 7, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (64, 7, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (65, 7, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (66, 7, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (67, 7, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (68, 7, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (69, 7, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (70, 7, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (71, 7, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (72, 7, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (73, 7, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (74, 7, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (75, 7, 17);
INSERT INTO public."Reporting_interaction_services" VALUES (76, 8, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (77, 8, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (78, 8, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (79, 8, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (80, 8, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (81, 8, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (82, 8, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (83, 8, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (84, 8, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (85, 8, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (86, 8, 12);
INSERT INTO public."Reporting_interaction_services" VALUES (87, 8, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (88, 8, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (89, 9, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (90, 9, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (91, 9, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (92, 9, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (93, 9, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (94, 9, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (95, 9, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (96, 9, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (97, 9, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (98, 9, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (99, 9, 12);
INSERT INTO public."Reporting_interaction_services" VALUES (100, 9, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (101, 9, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (102, 9, 24);
INSERT INTO public."Reporting_interaction_services" VALUES (103, 9, 25);
INSERT INTO public."Reporting_interaction_services" VALUES (104, 9, 26);
INSERT INTO public."Reporting_interaction_services" VALUES (105, 10, 1);
INSERT INTO public."Reporting_interaction_services" VALUES (106, 10, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (107, 10, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (108, 10, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (109, 10, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (110, 10, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (111, 10, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (112, 10, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (113, 10, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (114, 10, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (115, 10, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (116, 10, 12);
INSERT INTO public."Reporting_interaction_services" VALUES (117, 10, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (118, 10, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (119, 11, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (120, 11, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (121, 11, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (122, 11, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (123, 11, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (124, 11, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (125, 11, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (126, 11, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (127, 11, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (128, 11, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (129, 11, 12);
INSERT INTO public."Reporting_interaction_services" VALUES (130, 11, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (131, 11, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (132, 13, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (133, 13, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (134, 13, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (135, 13, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (136, 13, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (137, 13, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (138, 13, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (139, 13, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (140, 13, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (141, 13, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (142, 13, 12);
INSERT INTO public."Reporting_interaction_services" VALUES (143, 13, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (144, 13, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (145, 14, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (146, 14, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (147, 14, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (148, 14, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (149, 14, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (150, 14, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (151, 14, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (152, 14, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (153, 14, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (154, 14, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (155, 14, 12);
INSERT INTO public."Reporting_interaction_services" VALUES (156, 14, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (157, 14, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (158, 14, 24);
INSERT INTO public."Reporting_interaction_services" VALUES (159, 14, 25);
INSERT INTO public."Reporting_interaction_services" VALUES (160, 14, 26);
INSERT INTO public."Reporting_interaction_services" VALUES (161, 15, 1);
INSERT INTO public."Reporting_interaction_services" VALUES (162, 15, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (163, 15, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (164, 15, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (165, 15, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (166, 15, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (167, 15, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (168, 15, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (169, 15, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (170, 15, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (171, 15, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (172, 15, 12);
INSERT INTO public."Reporting_interaction_services" VALUES (173, 15, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (174, 15, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (175, 16, 27);
INSERT INTO public."Reporting_interaction_services" VALUES (176, 17, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (177, 17, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (178, 17, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (179, 17, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (180, 17, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (181, 17, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (182, 17, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (183, 17, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (184, 17, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (185, 17, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (186, 17, 12);
INSERT INTO public."Reporting_interaction_services" VALUES (187, 17, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (188, 17, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (189, 18, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (190, 18, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (191, 18, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (192, 18, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (193, 18, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (194, 18, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (195, 18, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (196, 18, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (197, 18, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (198, 18, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (199, 18, 12);
INSERT INTO public."Reporting_interaction_services" VALUES (200, 18, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (201, 18, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (202, 20, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (203, 20, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (204, 20, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (205, 20, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (206, 20, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (207, 20, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (208, 20, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (209, 20, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (210, 20, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (211, 20, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (212, 20, 12);
INSERT INTO public."Reporting_interaction_services" VALUES (213, 20, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (214, 20, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (215, 21, 1);
INSERT INTO public."Reporting_interaction_services" VALUES (216, 21, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (217, 21, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (218, 21, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (219, 21, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (220, 21, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (221, 21, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (222, 21, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (223, 21, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (224, 21, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (225, 21, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (226, 21, 12);
INSERT INTO public."Reporting_interaction_services" VALUES (227, 21, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (228, 21, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (229, 22, 2);
INSERT INTO public."Reporting_interaction_services" VALUES (230, 22, 3);
INSERT INTO public."Reporting_interaction_services" VALUES (231, 22, 4);
INSERT INTO public."Reporting_interaction_services" VALUES (232, 22, 5);
INSERT INTO public."Reporting_interaction_services" VALUES (233, 22, 6);
INSERT INTO public."Reporting_interaction_services" VALUES (234, 22, 7);
INSERT INTO public."Reporting_interaction_services" VALUES (235, 22, 8);
INSERT INTO public."Reporting_interaction_services" VALUES (236, 22, 9);
INSERT INTO public."Reporting_interaction_services" VALUES (237, 22, 10);
INSERT INTO public."Reporting_interaction_services" VALUES (238, 22, 11);
INSERT INTO public."Reporting_interaction_services" VALUES (239, 22, 12);
INSERT INTO public."Reporting_interaction_services" VALUES (240, 22, 13);
INSERT INTO public."Reporting_interaction_services" VALUES (241, 22, 14);
INSERT INTO public."Reporting_interaction_services" VALUES (242, 22, 24);
INSERT INTO public."Reporting_interaction_services" VALUES (243, 22, 25);
INSERT INTO public."Reporting_interaction_services" VALUES (244, 22, 26);
-- Data for Name: Reporting_interaction_seusers; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_interaction_seusers" VALUES (1, 1, 1);
INSERT INTO public."Reporting_interaction_seusers" VALUES (2, 10, 1);
INSERT INTO public."Reporting_interaction_seusers" VALUES (3, 15, 1);
INSERT INTO public."Reporting_interaction_seusers" VALUES (4, 21, 1);
-- Data for Name: Reporting_linkentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_linkentry" VALUES (1, '/etc/issue', '');
INSERT INTO public."Reporting_linkentry" VALUES (3, '/etc/motd', '/etc/issue');
INSERT INTO public."Reporting_linkentry" VALUES (11, '/etc/motd', '/etc/issue');
INSERT INTO public."Reporting_linkentry" VALUES (15, '/etc/issue', '');
INSERT INTO public."Reporting_linkentry" VALUES (21, '/etc/issue', '');
INSERT INTO public."Reporting_linkentry" VALUES (22, '/etc/motd', '');
INSERT INTO public."Reporting_linkentry" VALUES (37, '/etc/issue', '');
INSERT INTO public."Reporting_linkentry" VALUES (39, '/etc/motd', '/etc/issue');
-- Data for Name: Reporting_packageentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_packageentry" VALUES (1, 'rsync', -3816754378344084716, 1, true, '3.2.7-1', '3.1.0-1', '');
INSERT INTO public."Reporting_packageentry" VALUES (2, 'vim', 2441420922273352893, 1, false, '9.1-2', '', '');
INSERT INTO public."Reporting_packageentry" VALUES (3, 'php', -5980382541893391134, 3, true, '', '8.2-1', '');
INSERT INTO public."Reporting_packageentry" VALUES (4, 'zsh', 3568531959149873151, 3, true, '', '5.9-3', '');
INSERT INTO public."Reporting_packageentry" VALUES (5, 'lynx', -8997266469598352215, 3, true, '', '2.9-1', '');
INSERT INTO public."Reporting_packageentry" VALUES (6, 'nginx', 4480773596176728144, 1, false, '1.26.0-1', '', '');
INSERT INTO public."Reporting_packageentry" VALUES (7, 'postgresql', -5358078797264156523, 1, true, '16.3-1', '15.1-1', '');
INSERT INTO public."Reporting_packageentry" VALUES (8, 'nginx', 61915802960108416, 3, true, '', '1.24.0-1', '');
INSERT INTO public."Reporting_packageentry" VALUES (9, 'postgresql', -1013840652838869993, 3, true, '', '15.1-1', '');
INSERT INTO public."Reporting_packageentry" VALUES (10, 'zsh', -5024806573153611794, 3, true, '5.9-3', '', '');
INSERT INTO public."Reporting_packageentry" VALUES (11, 'lynx', -7313075347323620428, 3, true, '2.9-1', '', '');
INSERT INTO public."Reporting_packageentry" VALUES (12, 'twice', -3025553564351078403, 1, true, '2', '1', '');
INSERT INTO public."Reporting_packageentry" VALUES (13, 'twice', 7833158710434707458, 1, true, '2', '0', '');
INSERT INTO public."Reporting_packageentry" VALUES (14, 'twice', -4359204997387230256, 2, true, '2', '1', '');
-- Data for Name: Reporting_pathentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_pathentry" VALUES (1, '/etc/hard', 3768698946352552273, 1, true, 'hardlink', 0, '', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (2, '/etc/conf.d', 250955349450322992, 1, true, 'directory', 6, '/etc/conf.d/two.conf
/etc/conf.d/one.conf', 4, 3);
INSERT INTO public."Reporting_pathentry" VALUES (3, '/etc/link', -4819045705014493268, 1, true, 'symlink', 0, '', 6, 5);
INSERT INTO public."Reporting_pathentry" VALUES (4, '/etc/gone', 3454082903482508179, 1, true, 'nonexistent', 0, '', 7, 5);
INSERT INTO public."Reporting_pathentry" VALUES (5, '/etc/issue', 922540166867369311, 1, true, 'file', 1, '--- /etc/issue (on disk)

+++ /etc/issue (from bcfg2)

@@ -1,5 +1,4 @@

 Harbour
-zweite Zeile
+second line
 third
-fourth
 ', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (6, '/etc/words', 2728178624239770931, 1, true, 'file', 1, '--- /etc/words (on disk)

+++ /etc/words (from bcfg2)

@@ -1,4 +1,4 @@

-grau
+grün
 π
-本
+日本
 ', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (7, '/etc/motd', 7455929890280297134, 1, true, 'file', 1, '--- /etc/motd (on disk)

+++ /etc/motd (from bcfg2)

@@ -1,2 +1,2 @@

-Welcome elsewhere
+Welcome to the harbour
 ', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (8, '/etc/big', 6403380992887411297, 1, true, 'file', 4, '3303f1bb36a29cf4f9c5dbd9abb91f34', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (9, '/etc/perm', -1397153807319066286, 1, true, 'permissions', 0, '', 6, 9);
INSERT INTO public."Reporting_pathentry" VALUES (10, '/etc/conf.d', -7052655469084236852, 1, true, 'directory', 6, '/etc/conf.d/two.conf
/etc/conf.d/one.conf', 4, 3);
INSERT INTO public."Reporting_pathentry" VALUES (11, '/etc/link', -6076907452795069075, 1, true, 'symlink', 0, '', 6, 5);
INSERT INTO public."Reporting_pathentry" VALUES (12, '/etc/gone', -82668738447923830, 1, true, 'nonexistent', 0, '', 7, 5);
INSERT INTO public."Reporting_pathentry" VALUES (13, '/etc/nginx/site.key', 3126175227342095922, 1, true, 'file', 3, '', 2, 8);
INSERT INTO public."Reporting_pathentry" VALUES (14, '/srv/logo.png', 6969976828992793061, 1, true, 'file', 2, 'ycL48StHbW5DFIOI42f9X/WY8u58cEIPLymuKl6DNBpRjXlPKPZWKDYjplN3tR6W7jBCjLaj1+dm26snb3CQqbgsRUUqDkL5LX/VF1URFEI/lMCgQmsV9w4biWCZj2+bPHJD1eh+L3vs/Q39MN3kYq22kDmNTZ2LFOyd/zaAjzfgULeWpHZ36mS3wzzqA9FQ3gT5d948QeqLOTYbKRnXVylBEq0m3N1SDk/lsp5P+9Z2kauKSZnIINIuZHx1dK/6n2GbMlA1rDouYrh1MgO6/3f+oAEBU4ECo3TD5jfTggpMHetIlxOTRg9OGshHWUbEo98dlR9sQLfofREDnxJepyk2+JNK5I7iUbpNEhoeQeR6nUKCCyzscWEKL0LWgvFnD5oJqh6Y8lixEx2rge6K7jBFEp1faDv/UNhCRClVX4AGLmeKam+uiPr/5ph2bbFDTbYtUVXJdDlcGhhqUMupyprdSWtpps2zR/BZygBJJwganZsAWLAXHYcSUM96xoI1w5JiU6f60LoMHjJ5K7pWs/angnX1mqLevPbBQkTpbk7JirFcdoEha9wPxsl2CHzQjuS2LGrcAl3cA10PmnwfEeUVMrjsXjvKXxVrgukopObS3bhezSL7OXy85xXKuIZfBpPwUnnzMYB9gx86pBs8O0of3g0=', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (15, '/etc/hard', -7150243310207828951, 1, true, 'hardlink', 0, '', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (16, '/srv/www', -4313313810485006843, 1, true, 'directory', 0, '', 10, 3);
INSERT INTO public."Reporting_pathentry" VALUES (17, '/etc/perm', 5663919570639897815, 1, true, 'permissions', 0, '', 6, 9);
INSERT INTO public."Reporting_pathentry" VALUES (18, '/etc/nginx/nginx.conf', 6108944957507713759, 1, true, 'file', 1, '--- /etc/nginx/nginx.conf (on disk)

+++ /etc/nginx/nginx.conf (from bcfg2)

@@ -56,5 +56,6 @@

 directive_56 value_56;
 directive_57 value_57;
 directive_58 value_58;
-extra on;
+directive_59 value_59;
+directive_60 value_60;
 ', 11, 1);
INSERT INTO public."Reporting_pathentry" VALUES (19, '/etc/perm', -8505143878835075446, 1, false, 'permissions', 0, '', 7, 9);
INSERT INTO public."Reporting_pathentry" VALUES (20, '/etc/issue', 6365833942241688641, 2, false, 'file', 1, '--- /etc/issue (on disk)

+++ /etc/issue (from bcfg2)

@@ -1 +1,4 @@

+Harbour
+second line
+third
 ', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (21, '/etc/hard', 1755257496208909477, 2, false, 'hardlink', 0, '', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (22, '/etc/link', 2392173699928330701, 2, false, 'symlink', 0, '', 6, 5);
INSERT INTO public."Reporting_pathentry" VALUES (23, '/etc/words', -8560202491260848423, 2, true, 'file', 2, 'bGF0aW4g5Ao=', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (24, '/etc/pg.conf', 1136304280221091749, 2, true, 'file', 1, '--- /etc/pg.conf (on disk)

+++ /etc/pg.conf (from bcfg2)

@@ -1,3 +1,3 @@

-shared_buffers = 128MB
+shared_buffers = 1GB
 port = 5432
 ', 13, 12);
INSERT INTO public."Reporting_pathentry" VALUES (25, '/etc/big', -5904099585744370377, 2, false, 'file', 4, 'e4e335a0286b7ca58e92f19f6ee24b0d', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (26, '/etc/big', -7375993967750245747, 1, true, 'file', 4, 'be41e8dcfc91af46cd8de73ec14cbd15', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (27, '/etc/motd', -5094754352485020419, 1, true, 'file', 1, '- Welcome elsewhere
+ Welcome to the harbour
  ', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (28, '/etc/words', -1591912999930954939, 1, true, 'file', 1, '- grau
+ grün
  π
- 本
+ 日本
  ', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (29, '/etc/issue', 5349282317661815920, 1, true, 'file', 1, '  Harbour
- zweite Zeile
+ second line
  third
- fourth
  ', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (30, '/etc/nginx/nginx.conf', 280179513538715413, 1, true, 'file', 1, '  directive_1 value_1;
  directive_2 value_2;
  directive_3 value_3;
  directive_4 value_4;
  directive_5 value_5;
  directive_6 value_6;
  directive_7 value_7;
  directive_8 value_8;
  directive_9 value_9;
  directive_10 value_10;
  directive_11 value_11;
  directive_12 value_12;
  directive_13 value_13;
  directive_14 value_14;
  directive_15 value_15;
  directive_16 value_16;
  directive_17 value_17;
  directive_18 value_18;
  directive_19 value_19;
  directive_20 value_20;
  directive_21 value_21;
  directive_22 value_22;
  directive_23 value_23;
  directive_24 value_24;
  directive_25 value_25;
  directive_26 value_26;
  directive_27 value_27;
  directive_28 value_28;
  directive_29 value_29;
  directive_30 value_30;
  directive_31 value_31;
  directive_32 value_32;
  directive_33 value_33;
  directive_34 value_34;
  directive_35 value_35;
  directive_36 value_36;
  directive_37 value_37;
  directive_38 value_38;
  directive_39 value_39;
  directive_40 value_40;
  directive_41 value_41;
  directive_42 value_42;
  directive_43 value_43;
  directive_44 value_44;
  directive_45 value_45;
  directive_46 value_46;
  directive_47 value_47;
  directive_48 value_48;
  directive_49 value_49;
  directive_50 value_50;
  directive_51 value_51;
  directive_52 value_52;
  directive_53 value_53;
  directive_54 value_54;
  directive_55 value_55;
  directive_56 value_56;
  directive_57 value_57;
  directive_58 value_58;
- extra on;
+ directive_59 value_59;
+ directive_60 value_60;
  ', 11, 1);
INSERT INTO public."Reporting_pathentry" VALUES (31, '/srv/logo.png', -2251765160600003820, 1, true, 'file', 2, 'yx7UVwXnNlugJnX8w6YVgXJi9Q667/b/6s6POvEAgGG6rNilAlCkXH5w41y+orIdz+zSQbNA4wOqMmIeQwk9Bti9QyJVZwKIYaQ8Wz2K0LJ+lWdgEZt4Nd3nINvIqK7AdXpjpbLQVMAe1kzVrug23AlZEWGB2NoJJCRPxMZBNWezAsv1L3xBkVKyEYxQkgf/QhPFA9bQlFHsfR/mBBpB26nskfNM2S2A/XmFRt3/Ijs0G2CFFWOrrmn4A7DL3qbWyO87mKQo1rguSMcnx/qxg4CHEEUmI/W9xX2qkWG8Qx6GqMoq4WSdIeyLW7zqKT/gT/SEalvD/tOWHGyZ4GEG7PFoLiI4Rc8opr3RyPPpDL6jtkPxiYGOr+dNDmeuUYvt2gzO1ljy6JxC+gD6Da+2rLpT5HS6nPzy/EGUR0ldHI+y5BOSkCodnR5j487O0YBGOek7c04S2LSRulCM4VduUZNpHPlSw1sIDSujYad8GGvXphLFnsBnYYUUuPMEqBDTz3+s3GRFFin/REb4GM+DI6t0EJbPysAfkaD/XAeez03McKb95tsWIk2aMGlfCDCqE7eSw6IrFKd3dcb7MdsDCuCn1S/z1b8+5Z97f537QjxOxbWh8IiF1Tg2+RSohCMfG4IeWNu4hgG4jd/6DKkelS4AvsQ=', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (32, '/srv/www', 2721204684998672814, 1, true, 'directory', 0, '', 10, 3);
INSERT INTO public."Reporting_pathentry" VALUES (33, '/etc/big', -8026808293738901076, 2, true, 'file', 4, 'be41e8dcfc91af46cd8de73ec14cbd15', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (34, '/etc/conf.d', 8159069177513511613, 2, true, 'directory', 6, '/etc/conf.d/two.conf
/etc/conf.d/one.conf', 4, 3);
INSERT INTO public."Reporting_pathentry" VALUES (35, '/etc/gone', -6139491624961603861, 2, true, 'nonexistent', 0, '', 7, 5);
INSERT INTO public."Reporting_pathentry" VALUES (36, '/etc/perm', -4918114505710309454, 2, true, 'permissions', 0, '', 15, 9);
INSERT INTO public."Reporting_pathentry" VALUES (37, '/etc/hard', -3720717240702901436, 2, true, 'hardlink', 0, '', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (38, '/etc/motd', -8062442921201354464, 2, true, 'file', 1, '- Welcome elsewhere
+ Welcome to the harbour
  ', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (39, '/etc/link', -4793524709856128842, 2, true, 'symlink', 0, '', 6, 5);
INSERT INTO public."Reporting_pathentry" VALUES (40, '/etc/words', -5162062849553337308, 2, true, 'file', 1, '- grau
+ grün
  π
- 本
+ 日本
  ', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (41, '/etc/nginx/site.key', -7170556008796242837, 2, true, 'file', 3, '', 14, 8);
INSERT INTO public."Reporting_pathentry" VALUES (42, '/etc/issue', 9166307762161154965, 2, true, 'file', 1, '  Harbour
- zweite Zeile
+ second line
  third
- fourth
  ', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (43, '/etc/nginx/nginx.conf', 5941363062451617395, 2, true, 'file', 1, '  directive_1 value_1;
  directive_2 value_2;
  directive_3 value_3;
  directive_4 value_4;
  directive_5 value_5;
  directive_6 value_6;
  directive_7 value_7;
  directive_8 value_8;
  directive_9 value_9;
  directive_10 value_10;
  directive_11 value_11;
  directive_12 value_12;
  directive_13 value_13;
  directive_14 value_14;
  directive_15 value_15;
  directive_16 value_16;
  directive_17 value_17;
  directive_18 value_18;
  directive_19 value_19;
  directive_20 value_20;
  directive_21 value_21;
  directive_22 value_22;
  directive_23 value_23;
  directive_24 value_24;
  directive_25 value_25;
  directive_26 value_26;
  directive_27 value_27;
  directive_28 value_28;
  directive_29 value_29;
  directive_30 value_30;
  directive_31 value_31;
  directive_32 value_32;
  directive_33 value_33;
  directive_34 value_34;
  directive_35 value_35;
  directive_36 value_36;
  directive_37 value_37;
  directive_38 value_38;
  directive_39 value_39;
  directive_40 value_40;
  directive_41 value_41;
  directive_42 value_42;
  directive_43 value_43;
  directive_44 value_44;
  directive_45 value_45;
  directive_46 value_46;
  directive_47 value_47;
  directive_48 value_48;
  directive_49 value_49;
  directive_50 value_50;
  directive_51 value_51;
  directive_52 value_52;
  directive_53 value_53;
  directive_54 value_54;
  directive_55 value_55;
  directive_56 value_56;
  directive_57 value_57;
  directive_58 value_58;
- extra on;
+ directive_59 value_59;
+ directive_60 value_60;
  ', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (44, '/srv/logo.png', 6877273559185776889, 2, true, 'file', 2, 'yx7UVwXnNlugJnX8w6YVgXJi9Q667/b/6s6POvEAgGG6rNilAlCkXH5w41y+orIdz+zSQbNA4wOqMmIeQwk9Bti9QyJVZwKIYaQ8Wz2K0LJ+lWdgEZt4Nd3nINvIqK7AdXpjpbLQVMAe1kzVrug23AlZEWGB2NoJJCRPxMZBNWezAsv1L3xBkVKyEYxQkgf/QhPFA9bQlFHsfR/mBBpB26nskfNM2S2A/XmFRt3/Ijs0G2CFFWOrrmn4A7DL3qbWyO87mKQo1rguSMcnx/qxg4CHEEUmI/W9xX2qkWG8Qx6GqMoq4WSdIeyLW7zqKT/gT/SEalvD/tOWHGyZ4GEG7PFoLiI4Rc8opr3RyPPpDL6jtkPxiYGOr+dNDmeuUYvt2gzO1ljy6JxC+gD6Da+2rLpT5HS6nPzy/EGUR0ldHI+y5BOSkCodnR5j487O0YBGOek7c04S2LSRulCM4VduUZNpHPlSw1sIDSujYad8GGvXphLFnsBnYYUUuPMEqBDTz3+s3GRFFin/REb4GM+DI6t0EJbPysAfkaD/XAeez03McKb95tsWIk2aMGlfCDCqE7eSw6IrFKd3dcb7MdsDCuCn1S/z1b8+5Z97f537QjxOxbWh8IiF1Tg2+RSohCMfG4IeWNu4hgG4jd/6DKkelS4AvsQ=', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (45, '/srv/www', 2428951545277882305, 2, true, 'directory', 0, '', 4, 3);
INSERT INTO public."Reporting_pathentry" VALUES (46, '/etc/pg.conf', 2330894259095788997, 2, true, 'file', 1, '--- /etc/pg.conf (on disk)

+++ /etc/pg.conf (from bcfg2)

@@ -1,3 +1,3 @@

-shared_buffers = 128MB
+shared_buffers = 1GB
 port = 5432
 ', 13, 12);
INSERT INTO public."Reporting_pathentry" VALUES (47, '/etc/perm', -2198326016388511793, 2, true, 'permissions', 0, '', 15, 9);
INSERT INTO public."Reporting_pathentry" VALUES (48, '/etc/motd', 8211684861207381707, 2, true, 'file', 1, '--- /etc/motd (on disk)

+++ /etc/motd (from bcfg2)

@@ -1,2 +1,2 @@

-Welcome elsewhere
+Welcome to the harbour
 ', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (49, '/etc/words', 7713205933113226806, 2, true, 'file', 1, '--- /etc/words (on disk)

+++ /etc/words (from bcfg2)

@@ -1,4 +1,4 @@

-grau
+grün
 π
-本
+日本
 ', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (50, '/etc/nginx/nginx.conf', -2242773560324358450, 2, true, 'file', 1, '--- /etc/nginx/nginx.conf (on disk)

+++ /etc/nginx/nginx.conf (from bcfg2)

@@ -56,5 +56,6 @@

 directive_56 value_56;
 directive_57 value_57;
 directive_58 value_58;
-extra on;
+directive_59 value_59;
+directive_60 value_60;
 ', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (51, '/etc/issue', 6063294442555674110, 2, true, 'file', 1, '--- /etc/issue (on disk)

+++ /etc/issue (from bcfg2)

@@ -1,5 +1,4 @@

 Harbour
-zweite Zeile
+second line
 third
-fourth
 ', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (52, '/srv/logo.png', 1092655325857887744, 2, true, 'file', 2, 'ycL48StHbW5DFIOI42f9X/WY8u58cEIPLymuKl6DNBpRjXlPKPZWKDYjplN3tR6W7jBCjLaj1+dm26snb3CQqbgsRUUqDkL5LX/VF1URFEI/lMCgQmsV9w4biWCZj2+bPHJD1eh+L3vs/Q39MN3kYq22kDmNTZ2LFOyd/zaAjzfgULeWpHZ36mS3wzzqA9FQ3gT5d948QeqLOTYbKRnXVylBEq0m3N1SDk/lsp5P+9Z2kauKSZnIINIuZHx1dK/6n2GbMlA1rDouYrh1MgO6/3f+oAEBU4ECo3TD5jfTggpMHetIlxOTRg9OGshHWUbEo98dlR9sQLfofREDnxJepyk2+JNK5I7iUbpNEhoeQeR6nUKCCyzscWEKL0LWgvFnD5oJqh6Y8lixEx2rge6K7jBFEp1faDv/UNhCRClVX4AGLmeKam+uiPr/5ph2bbFDTbYtUVXJdDlcGhhqUMupyprdSWtpps2zR/BZygBJJwganZsAWLAXHYcSUM96xoI1w5JiU6f60LoMHjJ5K7pWs/angnX1mqLevPbBQkTpbk7JirFcdoEha9wPxsl2CHzQjuS2LGrcAl3cA10PmnwfEeUVMrjsXjvKXxVrgukopObS3bhezSL7OXy85xXKuIZfBpPwUnnzMYB9gx86pBs8O0of3g0=', 2, 1);
INSERT INTO public."Reporting_pathentry" VALUES (53, '/etc/big', -6776922694265873344, 2, true, 'file', 4, '3303f1bb36a29cf4f9c5dbd9abb91f34', 2, 1);
-- Data for Name: Reporting_pathentry_acls; Type: TABLE DATA; Schema: public; Owner: -
-- Data for Name: Reporting_performance; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_performance" VALUES (1, 'config_download', 1792467106.0300000000000000, 1);
INSERT INTO public."Reporting_performance" VALUES (2, 'initialization', 1792467106.0000000000000000, 1);
INSERT INTO public."Reporting_performance" VALUES (3, 'remove', 1792467106.1000000000000000, 1);
INSERT INTO public."Reporting_performance" VALUES (4, 'config_parse', 1792467106.0600000000000000, 1);
INSERT INTO public."Reporting_performance" VALUES (5, 'start', 1792467106.0000000000000000, 1);
INSERT INTO public."Reporting_performance" VALUES (6, 'finished', 1792467106.1000000000000000, 1);
INSERT INTO public."Reporting_performance" VALUES (7, 'inventory', 1792467106.1000000000000000, 1);
INSERT INTO public."Reporting_performance" VALUES (8, 'install', 1792467106.1000000000000000, 1);
INSERT INTO public."Reporting_performance" VALUES (9, 'probe_download', 1792467106.0200000000000000, 1);
INSERT INTO public."Reporting_performance" VALUES (10, 'probe_upload', 1792467106.0200000000000000, 1);
INSERT INTO public."Reporting_performance" VALUES (11, 'config_download', 1792467568.1100000000000000, 2);
INSERT INTO public."Reporting_performance" VALUES (12, 'initialization', 1792467568.0000000000000000, 2);
INSERT INTO public."Reporting_performance" VALUES (13, 'remove', 1792467568.3300000000000000, 2);
INSERT INTO public."Reporting_performance" VALUES (14, 'config_parse', 1792467568.1300000000000000, 2);
INSERT INTO public."Reporting_performance" VALUES (15, 'start', 1792467568.0000000000000000, 2);
INSERT INTO public."Reporting_performance" VALUES (16, 'finished', 1792467568.3300000000000000, 2);
INSERT INTO public."Reporting_performance" VALUES (17, 'inventory', 1792467568.3300000000000000, 2);
INSERT INTO public."Reporting_performance" VALUES (18, 'install', 1792467568.3300000000000000, 2);
INSERT INTO public."Reporting_performance" VALUES (19, 'probe_download', 1792467568.0800000000000000, 2);
INSERT INTO public."Reporting_performance" VALUES (20, 'probe_upload', 1792467568.0800000000000000, 2);
INSERT INTO public."Reporting_performance" VALUES (21, 'reinventory', 1792469569.8800000000000000, 3);
INSERT INTO public."Reporting_performance" VALUES (22, 'config_download', 1792469569.1200000000000000, 3);
INSERT INTO public."Reporting_performance" VALUES (23, 'initialization', 1792469569.0000000000000000, 3);
INSERT INTO public."Reporting_performance" VALUES (24, 'remove', 1792469569.8800000000000000, 3);
INSERT INTO public."Reporting_performance" VALUES (25, 'config_parse', 1792469569.2200000000000000, 3);
INSERT INTO public."Reporting_performance" VALUES (26, 'start', 1792469569.0000000000000000, 3);
INSERT INTO public."Reporting_performance" VALUES (27, 'finished', 1792469569.8800000000000000, 3);
INSERT INTO public."Reporting_performance" VALUES (28, 'inventory', 1792469569.3800000000000000, 3);
INSERT INTO public."Reporting_performance" VALUES (29, 'install', 1792469569.8800000000000000, 3);
INSERT INTO public."Reporting_performance" VALUES (30, 'probe_download', 1792469569.0900000000000000, 3);
INSERT INTO public."Reporting_performance" VALUES (31, 'probe_upload', 1792469569.0900000000000000, 3);
INSERT INTO public."Reporting_performance" VALUES (32, 'reinventory', 1792469978.2300000000000000, 4);
INSERT INTO public."Reporting_performance" VALUES (33, 'config_download', 1792469978.0600000000000000, 4);
INSERT INTO public."Reporting_performance" VALUES (34, 'initialization', 1792469978.0000000000000000, 4);
INSERT INTO public."Reporting_performance" VALUES (35, 'remove', 1792469978.2300000000000000, 4);
INSERT INTO public."Reporting_performance" VALUES (36, 'config_parse', 1792469978.1000000000000000, 4);
INSERT INTO public."Reporting_performance" VALUES (37, 'start', 1792469978.0000000000000000, 4);
INSERT INTO public."Reporting_performance" VALUES (38, 'finished', 1792469978.2300000000000000, 4);
INSERT INTO public."Reporting_performance" VALUES (39, 'inventory', 1792469978.1600000000000000, 4);
INSERT INTO public."Reporting_performance" VALUES (40, 'install', 1792469978.2300000000000000, 4);
INSERT INTO public."Reporting_performance" VALUES (41, 'probe_download', 1792469978.0400000000000000, 4);
INSERT INTO public."Reporting_performance" VALUES (42, 'probe_upload', 1792469978.0400000000000000, 4);
INSERT INTO public."Reporting_performance" VALUES (43, 'config_download', 1792552621.0300000000000000, 5);
INSERT INTO public."Reporting_performance" VALUES (44, 'initialization', 1792552621.0300000000000000, 5);
INSERT INTO public."Reporting_performance" VALUES (45, 'remove', 1792552621.2800000000000000, 5);
INSERT INTO public."Reporting_performance" VALUES (46, 'config_parse', 1792552621.0300000000000000, 5);
INSERT INTO public."Reporting_performance" VALUES (47, 'start', 1792552621.0000000000000000, 5);
INSERT INTO public."Reporting_performance" VALUES (48, 'finished', 1792552621.2800000000000000, 5);
INSERT INTO public."Reporting_performance" VALUES (49, 'inventory', 1792552621.2800000000000000, 5);
INSERT INTO public."Reporting_performance" VALUES (50, 'install', 1792552621.2800000000000000, 5);
INSERT INTO public."Reporting_performance" VALUES (51, 'probe_download', 1792552621.0200000000000000, 5);
INSERT INTO public."Reporting_performance" VALUES (52, 'probe_upload', 1792552621.0200000000000000, 5);
INSERT INTO public."Reporting_performance" VALUES (53, 'reinventory', 1792554911.4300000000000000, 6);
INSERT INTO public."Reporting_performance" VALUES (54, 'config_download', 1792554911.0200000000000000, 6);
INSERT INTO public."Reporting_performance" VALUES (55, 'initialization', 1792554911.0200000000000000, 6);
INSERT INTO public."Reporting_performance" VALUES (56, 'remove', 1792554911.4300000000000000, 6);
INSERT INTO public."Reporting_performance" VALUES (57, 'config_parse', 1792554911.0200000000000000, 6);
INSERT INTO public."Reporting_performance" VALUES (58, 'start', 1792554911.0000000000000000, 6);
INSERT INTO public."Reporting_performance" VALUES (59, 'finished', 1792554911.4300000000000000, 6);
INSERT INTO public."Reporting_performance" VALUES (60, 'inventory', 1792554911.2700000000000000, 6);
INSERT INTO public."Reporting_performance" VALUES (61, 'install', 1792554911.4300000000000000, 6);
INSERT INTO public."Reporting_performance" VALUES (62, 'probe_download', 1792554911.0100000000000000, 6);
INSERT INTO public."Reporting_performance" VALUES (63, 'probe_upload', 1792554911.0100000000000000, 6);
INSERT INTO public."Reporting_performance" VALUES (64, 'reinventory', 1792558229.8800000000000000, 7);
INSERT INTO public."Reporting_performance" VALUES (65, 'config_download', 1792558229.1200000000000000, 7);
INSERT INTO public."Reporting_performance" VALUES (66, 'initialization', 1792558229.0000000000000000, 7);
INSERT INTO public."Reporting_performance" VALUES (67, 'remove', 1792558229.8800000000000000, 7);
INSERT INTO public."Reporting_performance" VALUES (68, 'config_parse', 1792558229.2200000000000000, 7);
INSERT INTO public."Reporting_performance" VALUES (69, 'start', 1792558229.0000000000000000, 7);
INSERT INTO public."Reporting_performance" VALUES (70, 'finished', 1792558229.8800000000000000, 7);
INSERT INTO public."Reporting_performance" VALUES (71, 'inventory', 1792558229.3800000000000000, 7);
INSERT INTO public."Reporting_performance" VALUES (72, 'install', 1792558229.8800000000000000, 7);
INSERT INTO public."Reporting_performance" VALUES (73, 'probe_download', 1792558229.0900000000000000, 7);
INSERT INTO public."Reporting_performance" VALUES (74, 'probe_upload', 1792558229.0900000000000000, 7);
INSERT INTO public."Reporting_performance" VALUES (75, 'reinventory', 1792559178.2300000000000000, 8);
INSERT INTO public."Reporting_performance" VALUES (76, 'config_download', 1792559178.0600000000000000, 8);
INSERT INTO public."Reporting_performance" VALUES (77, 'initialization', 1792559178.0000000000000000, 8);
INSERT INTO public."Reporting_performance" VALUES (78, 'remove', 1792559178.2300000000000000, 8);
INSERT INTO public."Reporting_performance" VALUES (79, 'config_parse', 1792559178.1000000000000000, 8);
INSERT INTO public."Reporting_performance" VALUES (80, 'start', 1792559178.0000000000000000, 8);
INSERT INTO public."Reporting_performance" VALUES (81, 'finished', 1792559178.2300000000000000, 8);
INSERT INTO public."Reporting_performance" VALUES (82, 'inventory', 1792559178.1600000000000000, 8);
INSERT INTO public."Reporting_performance" VALUES (83, 'install', 1792559178.2300000000000000, 8);
INSERT INTO public."Reporting_performance" VALUES (84, 'probe_download', 1792559178.0400000000000000, 8);
INSERT INTO public."Reporting_performance" VALUES (85, 'probe_upload', 1792559178.0400000000000000, 8);
INSERT INTO public."Reporting_performance" VALUES (86, 'reinventory', 1792640073.9700000000000000, 9);
INSERT INTO public."Reporting_performance" VALUES (87, 'config_download', 1792640073.1100000000000000, 9);
INSERT INTO public."Reporting_performance" VALUES (88, 'initialization', 1792640073.0000000000000000, 9);
INSERT INTO public."Reporting_performance" VALUES (89, 'remove', 1792640073.9700000000000000, 9);
INSERT INTO public."Reporting_performance" VALUES (90, 'config_parse', 1792640073.2100000000000000, 9);
INSERT INTO public."Reporting_performance" VALUES (91, 'start', 1792640073.0000000000000000, 9);
INSERT INTO public."Reporting_performance" VALUES (92, 'finished', 1792640073.9700000000000000, 9);
INSERT INTO public."Reporting_performance" VALUES (93, 'inventory', 1792640073.3800000000000000, 9);
INSERT INTO public."Reporting_performance" VALUES (94, 'install', 1792640073.9700000000000000, 9);
INSERT INTO public."Reporting_performance" VALUES (95, 'probe_download', 1792640073.0500000000000000, 9);
INSERT INTO public."Reporting_performance" VALUES (96, 'probe_upload', 1792640073.0500000000000000, 9);
INSERT INTO public."Reporting_performance" VALUES (97, 'config_download', 1792643499.0300000000000000, 10);
INSERT INTO public."Reporting_performance" VALUES (98, 'initialization', 1792643499.0000000000000000, 10);
INSERT INTO public."Reporting_performance" VALUES (99, 'remove', 1792643499.1000000000000000, 10);
INSERT INTO public."Reporting_performance" VALUES (100, 'config_parse', 1792643499.0600000000000000, 10);
INSERT INTO public."Reporting_performance" VALUES (101, 'start', 1792643499.0000000000000000, 10);
INSERT INTO public."Reporting_performance" VALUES (102, 'finished', 1792643499.1000000000000000, 10);
INSERT INTO public."Reporting_performance" VALUES (103, 'inventory', 1792643499.1000000000000000, 10);
INSERT INTO public."Reporting_performance" VALUES (104, 'install', 1792643499.1000000000000000, 10);
INSERT INTO public."Reporting_performance" VALUES (105, 'probe_download', 1792643499.0200000000000000, 10);
INSERT INTO public."Reporting_performance" VALUES (106, 'probe_upload', 1792643499.0200000000000000, 10);
INSERT INTO public."Reporting_performance" VALUES (107, 'reinventory', 1792644611.2300000000000000, 11);
INSERT INTO public."Reporting_performance" VALUES (108, 'config_download', 1792644611.0600000000000000, 11);
INSERT INTO public."Reporting_performance" VALUES (109, 'initialization', 1792644611.0000000000000000, 11);
INSERT INTO public."Reporting_performance" VALUES (110, 'remove', 1792644611.2300000000000000, 11);
INSERT INTO public."Reporting_performance" VALUES (111, 'config_parse', 1792644611.1000000000000000, 11);
INSERT INTO public."Reporting_performance" VALUES (112, 'start', 1792644611.0000000000000000, 11);
INSERT INTO public."Reporting_performance" VALUES (113, 'finished', 1792644611.2300000000000000, 11);
INSERT INTO public."Reporting_performance" VALUES (114, 'inventory', 1792644611.1600000000000000, 11);
INSERT INTO public."Reporting_performance" VALUES (115, 'install', 1792644611.2300000000000000, 11);
INSERT INTO public."Reporting_performance" VALUES (116, 'probe_download', 1792644611.0400000000000000, 11);
INSERT INTO public."Reporting_performance" VALUES (117, 'probe_upload', 1792644611.0400000000000000, 11);
INSERT INTO public."Reporting_performance" VALUES (118, 'start', 1792648513.0000000000000000, 12);
INSERT INTO public."Reporting_performance" VALUES (119, 'finished', 1792648515.5000000000000000, 12);
INSERT INTO public."Reporting_performance" VALUES (120, 'config_download', 1792728735.0500000000000000, 13);
INSERT INTO public."Reporting_performance" VALUES (121, 'initialization', 1792728735.0000000000000000, 13);
INSERT INTO public."Reporting_performance" VALUES (122, 'reinventory', 1792728735.2400000000000000, 13);
INSERT INTO public."Reporting_performance" VALUES (123, 'config_parse', 1792728735.1100000000000000, 13);
INSERT INTO public."Reporting_performance" VALUES (124, 'start', 1792728735.0000000000000000, 13);
INSERT INTO public."Reporting_performance" VALUES (125, 'finished', 1792728735.2400000000000000, 13);
INSERT INTO public."Reporting_performance" VALUES (126, 'inventory', 1792728735.2400000000000000, 13);
INSERT INTO public."Reporting_performance" VALUES (127, 'probe_download', 1792728735.0300000000000000, 13);
INSERT INTO public."Reporting_performance" VALUES (128, 'probe_upload', 1792728735.0300000000000000, 13);
INSERT INTO public."Reporting_performance" VALUES (129, 'reinventory', 1792732053.9700000000000000, 14);
INSERT INTO public."Reporting_performance" VALUES (130, 'config_download', 1792732053.1100000000000000, 14);
INSERT INTO public."Reporting_performance" VALUES (131, 'initialization', 1792732053.0000000000000000, 14);
INSERT INTO public."Reporting_performance" VALUES (132, 'remove', 1792732053.9700000000000000, 14);
INSERT INTO public."Reporting_performance" VALUES (133, 'config_parse', 1792732053.2100000000000000, 14);
INSERT INTO public."Reporting_performance" VALUES (134, 'start', 1792732053.0000000000000000, 14);
INSERT INTO public."Reporting_performance" VALUES (135, 'finished', 1792732053.9700000000000000, 14);
INSERT INTO public."Reporting_performance" VALUES (136, 'inventory', 1792732053.3800000000000000, 14);
INSERT INTO public."Reporting_performance" VALUES (137, 'install', 1792732053.9700000000000000, 14);
INSERT INTO public."Reporting_performance" VALUES (138, 'probe_download', 1792732053.0500000000000000, 14);
INSERT INTO public."Reporting_performance" VALUES (139, 'probe_upload', 1792732053.0500000000000000, 14);
INSERT INTO public."Reporting_performance" VALUES (140, 'config_download', 1792732885.0300000000000000, 15);
INSERT INTO public."Reporting_performance" VALUES (141, 'initialization', 1792732885.0000000000000000, 15);
INSERT INTO public."Reporting_performance" VALUES (142, 'remove', 1792732885.1000000000000000, 15);
INSERT INTO public."Reporting_performance" VALUES (143, 'config_parse', 1792732885.0600000000000000, 15);
INSERT INTO public."Reporting_performance" VALUES (144, 'start', 1792732885.0000000000000000, 15);
INSERT INTO public."Reporting_performance" VALUES (145, 'finished', 1792732885.1000000000000000, 15);
INSERT INTO public."Reporting_performance" VALUES (146, 'inventory', 1792732885.1000000000000000, 15);
INSERT INTO public."Reporting_performance" VALUES (147, 'install', 1792732885.1000000000000000, 15);
INSERT INTO public."Reporting_performance" VALUES (148, 'probe_download', 1792732885.0200000000000000, 15);
INSERT INTO public."Reporting_performance" VALUES (149, 'probe_upload', 1792732885.0200000000000000, 15);
INSERT INTO public."Reporting_performance" VALUES (150, 'start', 1792734194.0000000000000000, 16);
INSERT INTO public."Reporting_performance" VALUES (151, 'finished', 1792734196.5000000000000000, 16);
INSERT INTO public."Reporting_performance" VALUES (152, 'config_download', 1792814308.0500000000000000, 17);
INSERT INTO public."Reporting_performance" VALUES (153, 'initialization', 1792814308.0000000000000000, 17);
INSERT INTO public."Reporting_performance" VALUES (154, 'reinventory', 1792814308.2400000000000000, 17);
INSERT INTO public."Reporting_performance" VALUES (155, 'config_parse', 1792814308.1100000000000000, 17);
INSERT INTO public."Reporting_performance" VALUES (156, 'start', 1792814308.0000000000000000, 17);
INSERT INTO public."Reporting_performance" VALUES (157, 'finished', 1792814308.2400000000000000, 17);
INSERT INTO public."Reporting_performance" VALUES (158, 'inventory', 1792814308.2400000000000000, 17);
INSERT INTO public."Reporting_performance" VALUES (159, 'probe_download', 1792814308.0300000000000000, 17);
INSERT INTO public."Reporting_performance" VALUES (160, 'probe_upload', 1792814308.0300000000000000, 17);
INSERT INTO public."Reporting_performance" VALUES (161, 'reinventory', 1792814703.2300000000000000, 18);
INSERT INTO public."Reporting_performance" VALUES (162, 'config_download', 1792814703.0600000000000000, 18);
INSERT INTO public."Reporting_performance" VALUES (163, 'initialization', 1792814703.0000000000000000, 18);
INSERT INTO public."Reporting_performance" VALUES (164, 'remove', 1792814703.2300000000000000, 18);
INSERT INTO public."Reporting_performance" VALUES (165, 'config_parse', 1792814703.1000000000000000, 18);
INSERT INTO public."Reporting_performance" VALUES (166, 'start', 1792814703.0000000000000000, 18);
INSERT INTO public."Reporting_performance" VALUES (167, 'finished', 1792814703.2300000000000000, 18);
INSERT INTO public."Reporting_performance" VALUES (168, 'inventory', 1792814703.1600000000000000, 18);
INSERT INTO public."Reporting_performance" VALUES (169, 'install', 1792814703.2300000000000000, 18);
INSERT INTO public."Reporting_performance" VALUES (170, 'probe_download', 1792814703.0400000000000000, 18);
INSERT INTO public."Reporting_performance" VALUES (171, 'probe_upload', 1792814703.0400000000000000, 18);
INSERT INTO public."Reporting_performance" VALUES (172, 'config_download', 1792819606.0500000000000000, 20);
INSERT INTO public."Reporting_performance" VALUES (173, 'initialization', 1792819606.0000000000000000, 20);
INSERT INTO public."Reporting_performance" VALUES (174, 'reinventory', 1792819606.2400000000000000, 20);
INSERT INTO public."Reporting_performance" VALUES (175, 'config_parse', 1792819606.1100000000000000, 20);
INSERT INTO public."Reporting_performance" VALUES (176, 'start', 1792819606.0000000000000000, 20);
INSERT INTO public."Reporting_performance" VALUES (177, 'finished', 1792819606.2400000000000000, 20);
INSERT INTO public."Reporting_performance" VALUES (178, 'inventory', 1792819606.2400000000000000, 20);
INSERT INTO public."Reporting_performance" VALUES (179, 'probe_download', 1792819606.0300000000000000, 20);
INSERT INTO public."Reporting_performance" VALUES (180, 'probe_upload', 1792819606.0300000000000000, 20);
INSERT INTO public."Reporting_performance" VALUES (181, 'config_download', 1792898868.0300000000000000, 21);
INSERT INTO public."Reporting_performance" VALUES (182, 'initialization', 1792898868.0000000000000000, 21);
INSERT INTO public."Reporting_performance" VALUES (183, 'remove', 1792898868.1000000000000000, 21);
INSERT INTO public."Reporting_performance" VALUES (184, 'config_parse', 1792898868.0600000000000000, 21);
INSERT INTO public."Reporting_performance" VALUES (185, 'start', 1792898868.0000000000000000, 21);
INSERT INTO public."Reporting_performance" VALUES (186, 'finished', 1792898868.1000000000000000, 21);
INSERT INTO public."Reporting_performance" VALUES (187, 'inventory', 1792898868.1000000000000000, 21);
INSERT INTO public."Reporting_performance" VALUES (188, 'install', 1792898868.1000000000000000, 21);
INSERT INTO public."Reporting_performance" VALUES (189, 'probe_download', 1792898868.0200000000000000, 21);
INSERT INTO public."Reporting_performance" VALUES (190, 'probe_upload', 1792898868.0200000000000000, 21);
INSERT INTO public."Reporting_performance" VALUES (191, 'reinventory', 1792900847.9700000000000000, 22);
INSERT INTO public."Reporting_performance" VALUES (192, 'config_download', 1792900847.1100000000000000, 22);
INSERT INTO public."Reporting_performance" VALUES (193, 'initialization', 1792900847.0000000000000000, 22);
INSERT INTO public."Reporting_performance" VALUES (194, 'remove', 1792900847.9700000000000000, 22);
INSERT INTO public."Reporting_performance" VALUES (195, 'config_parse', 1792900847.2100000000000000, 22);
INSERT INTO public."Reporting_performance" VALUES (196, 'start', 1792900847.0000000000000000, 22);
INSERT INTO public."Reporting_performance" VALUES (197, 'finished', 1792900847.9700000000000000, 22);
INSERT INTO public."Reporting_performance" VALUES (198, 'inventory', 1792900847.3800000000000000, 22);
INSERT INTO public."Reporting_performance" VALUES (199, 'install', 1792900847.9700000000000000, 22);
INSERT INTO public."Reporting_performance" VALUES (200, 'probe_download', 1792900847.0500000000000000, 22);
INSERT INTO public."Reporting_performance" VALUES (201, 'probe_upload', 1792900847.0500000000000000, 22);
-- Data for Name: Reporting_posixgroupentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_posixgroupentry" VALUES (1, 'tty', -2247170032870427291, 3, true, NULL, NULL);
INSERT INTO public."Reporting_posixgroupentry" VALUES (2, 'systemd-journal', -9053177315006941561, 3, true, NULL, NULL);
INSERT INTO public."Reporting_posixgroupentry" VALUES (3, 'backup', -7693960917741548061, 3, true, NULL, NULL);
INSERT INTO public."Reporting_posixgroupentry" VALUES (4, 'plugdev', 6881828425331580657, 3, true, NULL, NULL);
INSERT INTO public."Reporting_posixgroupentry" VALUES (5, 'sudo', -8137121726653920714, 3, true, NULL, NULL);
INSERT INTO public."Reporting_posixgroupentry" VALUES (6, 'video', -8337251144924618365, 3, true, NULL, NULL);
INSERT INTO public."Reporting_posixgroupentry" VALUES (7, 'irc', -8955173615508935298, 3, true, NULL, NULL);
INSERT INTO public."Reporting_posixgroupentry" VALUES (8, 'operator', -7601338521007437605, 3, true, NULL, NULL);
INSERT INTO public."Reporting_posixgroupentry" VALUES (9, 'disk', 7924625727842813510, 3, true, NULL, NULL);
INSERT INTO public."Reporting_posixgroupentry" VALUES (10, 'staff', -2834376341680855990, 3, true, NULL, NULL);
INSERT INTO public."Reporting_posixgroupentry" VALUES (11, 'uucp', -7883739569416455754, 3, true, NULL, NULL);
INSERT INTO public."Reporting_posixgroupentry" VALUES (12, 'webstaff', -4741611031590514034, 1, true, 4700, NULL);
INSERT INTO public."Reporting_posixgroupentry" VALUES (13, 'polkitd', -5531956698132764767, 3, true, NULL, NULL);
INSERT INTO public."Reporting_posixgroupentry" VALUES (14, 'webstaff', -7040184005467290159, 2, true, 4700, 4700);
-- Data for Name: Reporting_posixuserentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_posixuserentry" VALUES (1, 'sync', -9039197416146328478, 3, true, NULL, NULL, 'sync', NULL, 'sync', NULL, '/home/sync', NULL, '/bin/bash', NULL);
INSERT INTO public."Reporting_posixuserentry" VALUES (2, 'uucp', -7237754712057692030, 3, true, NULL, NULL, 'uucp', NULL, 'uucp', NULL, '/home/uucp', NULL, '/bin/bash', NULL);
INSERT INTO public."Reporting_posixuserentry" VALUES (3, 'polkitd', 8157159443144537680, 3, true, NULL, NULL, 'polkitd', NULL, 'polkitd', NULL, '/home/polkitd', NULL, '/bin/bash', NULL);
INSERT INTO public."Reporting_posixuserentry" VALUES (4, 'lp', -5288196397660153708, 3, true, NULL, NULL, 'lp', NULL, 'lp', NULL, '/home/lp', NULL, '/bin/bash', NULL);
INSERT INTO public."Reporting_posixuserentry" VALUES (5, 'mail', -3283928696801348498, 3, true, NULL, NULL, 'mail', NULL, 'mail', NULL, '/home/mail', NULL, '/bin/bash', NULL);
INSERT INTO public."Reporting_posixuserentry" VALUES (6, 'irc', 6695268482845075694, 3, true, NULL, NULL, 'irc', NULL, 'irc', NULL, '/home/irc', NULL, '/bin/bash', NULL);
INSERT INTO public."Reporting_posixuserentry" VALUES (7, '_apt', 8900466349497131600, 3, true, NULL, NULL, '_apt', NULL, '_apt', NULL, '/home/_apt', NULL, '/bin/bash', NULL);
INSERT INTO public."Reporting_posixuserentry" VALUES (8, 'bin', 2120223023028181916, 3, true, NULL, NULL, 'bin', NULL, 'bin', NULL, '/home/bin', NULL, '/bin/bash', NULL);
INSERT INTO public."Reporting_posixuserentry" VALUES (9, 'postgres', 3277038150000025538, 3, true, NULL, NULL, 'postgres', NULL, 'postgres', NULL, '/home/postgres', NULL, '/bin/bash', NULL);
INSERT INTO public."Reporting_posixuserentry" VALUES (10, 'messagebus', 7578443346047523126, 3, true, NULL, NULL, 'messagebus', NULL, 'messagebus', NULL, '/home/messagebus', NULL, '/bin/bash', NULL);
INSERT INTO public."Reporting_posixuserentry" VALUES (11, 'nobody', 60591798941278158, 3, true, NULL, NULL, 'nobody', NULL, 'nobody', NULL, '/home/nobody', NULL, '/bin/bash', NULL);
INSERT INTO public."Reporting_posixuserentry" VALUES (12, 'sys', -2022799054678013108, 3, true, NULL, NULL, 'sys', NULL, 'sys', NULL, '/home/sys', NULL, '/bin/bash', NULL);
INSERT INTO public."Reporting_posixuserentry" VALUES (13, 'proxy', -7294519249124769778, 3, true, NULL, NULL, 'proxy', NULL, 'proxy', NULL, '/home/proxy', NULL, '/bin/bash', NULL);
INSERT INTO public."Reporting_posixuserentry" VALUES (14, 'webadm', 7244306936857387289, 1, true, 4711, NULL, 'webstaff', NULL, 'Web Administration', NULL, '/srv/webadm', NULL, '/bin/sh', NULL);
INSERT INTO public."Reporting_posixuserentry" VALUES (15, 'games', -5679504571992699072, 1, true, 5, 5, 'games', NULL, 'Games', 'games', '/usr/games', '/usr/games', '/bin/false', '/usr/sbin/nologin');
INSERT INTO public."Reporting_posixuserentry" VALUES (16, 'postgres', -2022521021947156642, 2, true, 101, 101, 'postgres', NULL, 'PostgreSQL', 'PostgreSQL', '/var/lib/pg', '/var/lib/pg', '/bin/bash', '/bin/bash');
INSERT INTO public."Reporting_posixuserentry" VALUES (17, 'webadm', -5698816276447430096, 2, true, 4711, 4711, 'webstaff', NULL, 'Web Administration', 'Web Administration', '/srv/webadm', '/srv/webadm', '/bin/sh', '/bin/sh');
INSERT INTO public."Reporting_posixuserentry" VALUES (18, 'games', -7081204151202059363, 2, true, 5, 5, 'games', NULL, 'Games', 'Games', '/usr/games', '/usr/games', '/bin/false', '/bin/false');
-- Data for Name: Reporting_sebooleanentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_sebooleanentry" VALUES (1, 'httpd_can_network_connect', 8684222428640344819, 1, true, true);
-- Data for Name: Reporting_sefcontextentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_sefcontextentry" VALUES (1, '/srv(/.*)?', 6618997591184242424, 1, true, 'httpd_sys_content_t', NULL, 'all');
-- Data for Name: Reporting_seinterfaceentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_seinterfaceentry" VALUES (1, 'eth0', 6848583821693276498, 1, true, 'netif_t', NULL);
-- Data for Name: Reporting_seloginentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_seloginentry" VALUES (1, 'alice', 6261993895370827069, 1, true, 'staff_u', NULL);
-- Data for Name: Reporting_semoduleentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_semoduleentry" VALUES (1, 'local', -7323285784287649757, 1, true, false, false);
-- Data for Name: Reporting_senodeentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_senodeentry" VALUES (1, '10.0.0.0/24', -6798416575071832051, 1, true, 'node_t', NULL, 'ipv4');
-- Data for Name: Reporting_sepermissiveentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_sepermissiveentry" VALUES (1, 'httpd_t', 4022274897367242129, 1, true);
-- Data for Name: Reporting_seportentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_seportentry" VALUES (1, '8081/tcp', 404498996488093450, 1, true, 'http_port_t', NULL);
-- Data for Name: Reporting_serviceentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_serviceentry" VALUES (1, 'sshd', 903009109407286284, 1, true, 'on', 'off');
INSERT INTO public."Reporting_serviceentry" VALUES (2, 'e2scrub_reap.service', 5290544493474603732, 3, true, '', '');
INSERT INTO public."Reporting_serviceentry" VALUES (3, 'apt-daily.timer', 4031810792803918437, 3, true, '', '');
INSERT INTO public."Reporting_serviceentry" VALUES (4, 'apt-daily-upgrade.timer', 1345349262423501704, 3, true, '', '');
INSERT INTO public."Reporting_serviceentry" VALUES (5, 'avahi-daemon.service', 6203120486557116907, 3, true, '', '');
INSERT INTO public."Reporting_serviceentry" VALUES (6, 'getty@tty1.service', 5382796312923929550, 3, true, '', '');
INSERT INTO public."Reporting_serviceentry" VALUES (7, 'avahi-daemon.socket', 5968894348961602826, 3, true, '', '');
INSERT INTO public."Reporting_serviceentry" VALUES (8, 'remote-fs.target', 204018990482661491, 3, true, '', '');
INSERT INTO public."Reporting_serviceentry" VALUES (9, 'fstrim.timer', -7920141757107877574, 3, true, '', '');
INSERT INTO public."Reporting_serviceentry" VALUES (10, 'e2scrub_all.timer', 2287454732134779662, 3, true, '', '');
INSERT INTO public."Reporting_serviceentry" VALUES (11, 'systemd-timesyncd.service', -6320692374121985750, 3, true, '', '');
INSERT INTO public."Reporting_serviceentry" VALUES (12, 'postgresql.service', 7743642757932584271, 3, true, '', '');
INSERT INTO public."Reporting_serviceentry" VALUES (13, 'dpkg-db-backup.timer', -5837941207374322471, 3, true, '', '');
INSERT INTO public."Reporting_serviceentry" VALUES (14, 'man-db.timer', 8555611994119794648, 3, true, '', '');
INSERT INTO public."Reporting_serviceentry" VALUES (15, 'nginx', -320515991873155947, 1, true, 'on', 'off');
INSERT INTO public."Reporting_serviceentry" VALUES (16, 'telnet', 7333075313390588306, 1, true, 'off', 'on');
INSERT INTO public."Reporting_serviceentry" VALUES (17, 'postgresql', 8995638015419066538, 1, true, 'on', 'off');
INSERT INTO public."Reporting_serviceentry" VALUES (18, 'sshd', 6169765338982996004, 1, true, '', 'off');
INSERT INTO public."Reporting_serviceentry" VALUES (19, 'nginx', -8930084311834234295, 1, true, '', 'off');
INSERT INTO public."Reporting_serviceentry" VALUES (20, 'telnet', -2755762938595991675, 1, true, '', 'on');
INSERT INTO public."Reporting_serviceentry" VALUES (21, 'sshd', -932156137866595822, 2, true, '', 'on');
INSERT INTO public."Reporting_serviceentry" VALUES (22, 'nginx', -7417788328832568691, 2, true, '', 'on');
INSERT INTO public."Reporting_serviceentry" VALUES (23, 'telnet', 6356490452579856659, 2, true, '', 'off');
INSERT INTO public."Reporting_serviceentry" VALUES (24, 'sshd', -3848781244033791170, 2, true, 'on', 'on');
INSERT INTO public."Reporting_serviceentry" VALUES (25, 'nginx', -6714019816581671903, 2, true, 'on', 'on');
INSERT INTO public."Reporting_serviceentry" VALUES (26, 'telnet', 5279381318379438748, 2, true, 'off', 'off');
INSERT INTO public."Reporting_serviceentry" VALUES (27, 'dup', -546247379545134136, 3, true, '', '');
-- Data for Name: Reporting_seuserentry; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Reporting_seuserentry" VALUES (1, 'staff_u', -1242758849903046661, 1, true, 'staff_r sysadm_r', NULL, 'staff', NULL);
-- Data for Name: Server_metadataclientmodel; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Server_metadataclientmodel" VALUES ('vault.harbour.example', '1.4.0pre2');
INSERT INTO public."Server_metadataclientmodel" VALUES ('web1.harbour.example', '1.4.0pre2');
INSERT INTO public."Server_metadataclientmodel" VALUES ('desk.harbour.example', '1.4.0pre2');
INSERT INTO public."Server_metadataclientmodel" VALUES ('db1.harbour.example', '1.4.0pre2');
INSERT INTO public."Server_metadataclientmodel" VALUES ('never.harbour.example', '1.4.0pre2');
-- Data for Name: Server_probesdatamodel; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Server_probesdatamodel" VALUES (1, 'vault.harbour.example', 'kernel', '2026-10-20 03:18:00.000417+00', '6.1.0-18');
INSERT INTO public."Server_probesdatamodel" VALUES (2, 'web1.harbour.example', 'kernel', '2026-10-20 03:18:00.000417+00', '6.1.0-18');
INSERT INTO public."Server_probesdatamodel" VALUES (3, 'desk.harbour.example', 'kernel', '2026-10-20 03:18:00.000417+00', '6.1.0-18');
INSERT INTO public."Server_probesdatamodel" VALUES (4, 'db1.harbour.example', 'kernel', '2026-10-20 03:18:00.000417+00', '6.1.0-18');
INSERT INTO public."Server_probesdatamodel" VALUES (5, 'never.harbour.example', 'kernel', '2026-10-20 03:18:00.000417+00', '6.1.0-18');
-- Data for Name: Server_probesgroupsmodel; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public."Server_probesgroupsmodel" VALUES (1, 'vault.harbour.example', 'debian');
INSERT INTO public."Server_probesgroupsmodel" VALUES (2, 'web1.harbour.example', 'debian');
INSERT INTO public."Server_probesgroupsmodel" VALUES (3, 'desk.harbour.example', 'debian');
INSERT INTO public."Server_probesgroupsmodel" VALUES (4, 'db1.harbour.example', 'debian');
INSERT INTO public."Server_probesgroupsmodel" VALUES (5, 'never.harbour.example', 'debian');
-- Data for Name: auth_group; Type: TABLE DATA; Schema: public; Owner: -
-- Data for Name: auth_group_permissions; Type: TABLE DATA; Schema: public; Owner: -
-- Data for Name: auth_permission; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.auth_permission VALUES (1, 'Can add group', 1, 'add_group');
INSERT INTO public.auth_permission VALUES (2, 'Can change group', 1, 'change_group');
INSERT INTO public.auth_permission VALUES (3, 'Can delete group', 1, 'delete_group');
INSERT INTO public.auth_permission VALUES (4, 'Can add user', 2, 'add_user');
INSERT INTO public.auth_permission VALUES (5, 'Can change user', 2, 'change_user');
INSERT INTO public.auth_permission VALUES (6, 'Can delete user', 2, 'delete_user');
INSERT INTO public.auth_permission VALUES (7, 'Can add permission', 3, 'add_permission');
INSERT INTO public.auth_permission VALUES (8, 'Can change permission', 3, 'change_permission');
INSERT INTO public.auth_permission VALUES (9, 'Can delete permission', 3, 'delete_permission');
INSERT INTO public.auth_permission VALUES (10, 'Can add content type', 4, 'add_contenttype');
INSERT INTO public.auth_permission VALUES (11, 'Can change content type', 4, 'change_contenttype');
INSERT INTO public.auth_permission VALUES (12, 'Can delete content type', 4, 'delete_contenttype');
INSERT INTO public.auth_permission VALUES (13, 'Can add session', 5, 'add_session');
INSERT INTO public.auth_permission VALUES (14, 'Can change session', 5, 'change_session');
INSERT INTO public.auth_permission VALUES (15, 'Can delete session', 5, 'delete_session');
INSERT INTO public.auth_permission VALUES (16, 'Can add site', 6, 'add_site');
INSERT INTO public.auth_permission VALUES (17, 'Can change site', 6, 'change_site');
INSERT INTO public.auth_permission VALUES (18, 'Can delete site', 6, 'delete_site');
INSERT INTO public.auth_permission VALUES (19, 'Can add log entry', 7, 'add_logentry');
INSERT INTO public.auth_permission VALUES (20, 'Can change log entry', 7, 'change_logentry');
INSERT INTO public.auth_permission VALUES (21, 'Can delete log entry', 7, 'delete_logentry');
INSERT INTO public.auth_permission VALUES (22, 'Can add probes groups model', 8, 'add_probesgroupsmodel');
INSERT INTO public.auth_permission VALUES (23, 'Can change probes groups model', 8, 'change_probesgroupsmodel');
INSERT INTO public.auth_permission VALUES (24, 'Can delete probes groups model', 8, 'delete_probesgroupsmodel');
INSERT INTO public.auth_permission VALUES (25, 'Can add probes data model', 9, 'add_probesdatamodel');
INSERT INTO public.auth_permission VALUES (26, 'Can change probes data model', 9, 'change_probesdatamodel');
INSERT INTO public.auth_permission VALUES (27, 'Can delete probes data model', 9, 'delete_probesdatamodel');
INSERT INTO public.auth_permission VALUES (28, 'Can add metadata client model', 10, 'add_metadataclientmodel');
INSERT INTO public.auth_permission VALUES (29, 'Can change metadata client model', 10, 'change_metadataclientmodel');
INSERT INTO public.auth_permission VALUES (30, 'Can delete metadata client model', 10, 'delete_metadataclientmodel');
INSERT INTO public.auth_permission VALUES (31, 'Can add service entry', 11, 'add_serviceentry');
INSERT INTO public.auth_permission VALUES (32, 'Can change service entry', 11, 'change_serviceentry');
INSERT INTO public.auth_permission VALUES (33, 'Can delete service entry', 11, 'delete_serviceentry');
INSERT INTO public.auth_permission VALUES (34, 'Can add se interface entry', 12, 'add_seinterfaceentry');
INSERT INTO public.auth_permission VALUES (35, 'Can change se interface entry', 12, 'change_seinterfaceentry');
INSERT INTO public.auth_permission VALUES (36, 'Can delete se interface entry', 12, 'delete_seinterfaceentry');
INSERT INTO public.auth_permission VALUES (37, 'Can add file acl', 13, 'add_fileacl');
INSERT INTO public.auth_permission VALUES (38, 'Can change file acl', 13, 'change_fileacl');
INSERT INTO public.auth_permission VALUES (39, 'Can delete file acl', 13, 'delete_fileacl');
INSERT INTO public.auth_permission VALUES (40, 'Can add se user entry', 14, 'add_seuserentry');
INSERT INTO public.auth_permission VALUES (41, 'Can change se user entry', 14, 'change_seuserentry');
INSERT INTO public.auth_permission VALUES (42, 'Can delete se user entry', 14, 'delete_seuserentry');
INSERT INTO public.auth_permission VALUES (43, 'Can add se node entry', 15, 'add_senodeentry');
INSERT INTO public.auth_permission VALUES (44, 'Can change se node entry', 15, 'change_senodeentry');
INSERT INTO public.auth_permission VALUES (45, 'Can delete se node entry', 15, 'delete_senodeentry');
INSERT INTO public.auth_permission VALUES (46, 'Can add path entry', 16, 'add_pathentry');
INSERT INTO public.auth_permission VALUES (47, 'Can change path entry', 16, 'change_pathentry');
INSERT INTO public.auth_permission VALUES (48, 'Can delete path entry', 16, 'delete_pathentry');
INSERT INTO public.auth_permission VALUES (49, 'Can add interaction', 17, 'add_interaction');
INSERT INTO public.auth_permission VALUES (50, 'Can change interaction', 17, 'change_interaction');
INSERT INTO public.auth_permission VALUES (51, 'Can delete interaction', 17, 'delete_interaction');
INSERT INTO public.auth_permission VALUES (52, 'Can add se permissive entry', 18, 'add_sepermissiveentry');
INSERT INTO public.auth_permission VALUES (53, 'Can change se permissive entry', 18, 'change_sepermissiveentry');
INSERT INTO public.auth_permission VALUES (54, 'Can delete se permissive entry', 18, 'delete_sepermissiveentry');
INSERT INTO public.auth_permission VALUES (55, 'Can add se fcontext entry', 19, 'add_sefcontextentry');
INSERT INTO public.auth_permission VALUES (56, 'Can change se fcontext entry', 19, 'change_sefcontextentry');
INSERT INTO public.auth_permission VALUES (57, 'Can delete se fcontext entry', 19, 'delete_sefcontextentry');
INSERT INTO public.auth_permission VALUES (58, 'Can add posix user entry', 20, 'add_posixuserentry');
INSERT INTO public.auth_permission VALUES (59, 'Can change posix user entry', 20, 'change_posixuserentry');
INSERT INTO public.auth_permission VALUES (60, 'Can delete posix user entry', 20, 'delete_posixuserentry');
INSERT INTO public.auth_permission VALUES (61, 'Can add se module entry', 21, 'add_semoduleentry');
INSERT INTO public.auth_permission VALUES (62, 'Can change se module entry', 21, 'change_semoduleentry');
INSERT INTO public.auth_permission VALUES (63, 'Can delete se module entry', 21, 'delete_semoduleentry');
INSERT INTO public.auth_permission VALUES (64, 'Can add group', 22, 'add_group');
INSERT INTO public.auth_permission VALUES (65, 'Can change group', 22, 'change_group');
INSERT INTO public.auth_permission VALUES (66, 'Can delete group', 22, 'delete_group');
INSERT INTO public.auth_permission VALUES (67, 'Can add failure entry', 23, 'add_failureentry');
INSERT INTO public.auth_permission VALUES (68, 'Can change failure entry', 23, 'change_failureentry');
INSERT INTO public.auth_permission VALUES (69, 'Can delete failure entry', 23, 'delete_failureentry');
INSERT INTO public.auth_permission VALUES (70, 'Can add posix group entry', 24, 'add_posixgroupentry');
INSERT INTO public.auth_permission VALUES (71, 'Can change posix group entry', 24, 'change_posixgroupentry');
INSERT INTO public.auth_permission VALUES (72, 'Can delete posix group entry', 24, 'delete_posixgroupentry');
INSERT INTO public.auth_permission VALUES (73, 'Can add client', 25, 'add_client');
INSERT INTO public.auth_permission VALUES (74, 'Can change client', 25, 'change_client');
INSERT INTO public.auth_permission VALUES (75, 'Can delete client', 25, 'delete_client');
INSERT INTO public.auth_permission VALUES (76, 'Can add package entry', 26, 'add_packageentry');
INSERT INTO public.auth_permission VALUES (77, 'Can change package entry', 26, 'change_packageentry');
INSERT INTO public.auth_permission VALUES (78, 'Can delete package entry', 26, 'delete_packageentry');
INSERT INTO public.auth_permission VALUES (79, 'Can add se port entry', 27, 'add_seportentry');
INSERT INTO public.auth_permission VALUES (80, 'Can change se port entry', 27, 'change_seportentry');
INSERT INTO public.auth_permission VALUES (81, 'Can delete se port entry', 27, 'delete_seportentry');
INSERT INTO public.auth_permission VALUES (82, 'Can add file perms', 28, 'add_fileperms');
INSERT INTO public.auth_permission VALUES (83, 'Can change file perms', 28, 'change_fileperms');
INSERT INTO public.auth_permission VALUES (84, 'Can delete file perms', 28, 'delete_fileperms');
INSERT INTO public.auth_permission VALUES (85, 'Can add se login entry', 29, 'add_seloginentry');
INSERT INTO public.auth_permission VALUES (86, 'Can change se login entry', 29, 'change_seloginentry');
INSERT INTO public.auth_permission VALUES (87, 'Can delete se login entry', 29, 'delete_seloginentry');
INSERT INTO public.auth_permission VALUES (88, 'Can add bundle', 30, 'add_bundle');
INSERT INTO public.auth_permission VALUES (89, 'Can change bundle', 30, 'change_bundle');
INSERT INTO public.auth_permission VALUES (90, 'Can delete bundle', 30, 'delete_bundle');
INSERT INTO public.auth_permission VALUES (91, 'Can add performance', 31, 'add_performance');
INSERT INTO public.auth_permission VALUES (92, 'Can change performance', 31, 'change_performance');
INSERT INTO public.auth_permission VALUES (93, 'Can delete performance', 31, 'delete_performance');
INSERT INTO public.auth_permission VALUES (94, 'Can add se boolean entry', 32, 'add_sebooleanentry');
INSERT INTO public.auth_permission VALUES (95, 'Can change se boolean entry', 32, 'change_sebooleanentry');
INSERT INTO public.auth_permission VALUES (96, 'Can delete se boolean entry', 32, 'delete_sebooleanentry');
INSERT INTO public.auth_permission VALUES (97, 'Can add action entry', 33, 'add_actionentry');
INSERT INTO public.auth_permission VALUES (98, 'Can change action entry', 33, 'change_actionentry');
INSERT INTO public.auth_permission VALUES (99, 'Can delete action entry', 33, 'delete_actionentry');
INSERT INTO public.auth_permission VALUES (100, 'Can add link entry', 34, 'add_linkentry');
INSERT INTO public.auth_permission VALUES (101, 'Can change link entry', 34, 'change_linkentry');
INSERT INTO public.auth_permission VALUES (102, 'Can delete link entry', 34, 'delete_linkentry');
INSERT INTO public.auth_permission VALUES (103, 'Can add device entry', 35, 'add_deviceentry');
INSERT INTO public.auth_permission VALUES (104, 'Can change device entry', 35, 'change_deviceentry');
INSERT INTO public.auth_permission VALUES (105, 'Can delete device entry', 35, 'delete_deviceentry');
-- Data for Name: auth_user; Type: TABLE DATA; Schema: public; Owner: -
-- Data for Name: auth_user_groups; Type: TABLE DATA; Schema: public; Owner: -
-- Data for Name: auth_user_user_permissions; Type: TABLE DATA; Schema: public; Owner: -
-- Data for Name: django_admin_log; Type: TABLE DATA; Schema: public; Owner: -
-- Data for Name: django_content_type; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.django_content_type VALUES (1, 'auth', 'group');
INSERT INTO public.django_content_type VALUES (2, 'auth', 'user');
INSERT INTO public.django_content_type VALUES (3, 'auth', 'permission');
INSERT INTO public.django_content_type VALUES (4, 'contenttypes', 'contenttype');
INSERT INTO public.django_content_type VALUES (5, 'sessions', 'session');
INSERT INTO public.django_content_type VALUES (6, 'sites', 'site');
INSERT INTO public.django_content_type VALUES (7, 'admin', 'logentry');
INSERT INTO public.django_content_type VALUES (8, 'Server', 'probesgroupsmodel');
INSERT INTO public.django_content_type VALUES (9, 'Server', 'probesdatamodel');
INSERT INTO public.django_content_type VALUES (10, 'Server', 'metadataclientmodel');
INSERT INTO public.django_content_type VALUES (11, 'Reporting', 'serviceentry');
INSERT INTO public.django_content_type VALUES (12, 'Reporting', 'seinterfaceentry');
INSERT INTO public.django_content_type VALUES (13, 'Reporting', 'fileacl');
INSERT INTO public.django_content_type VALUES (14, 'Reporting', 'seuserentry');
INSERT INTO public.django_content_type VALUES (15, 'Reporting', 'senodeentry');
INSERT INTO public.django_content_type VALUES (16, 'Reporting', 'pathentry');
INSERT INTO public.django_content_type VALUES (17, 'Reporting', 'interaction');
INSERT INTO public.django_content_type VALUES (18, 'Reporting', 'sepermissiveentry');
INSERT INTO public.django_content_type VALUES (19, 'Reporting', 'sefcontextentry');
INSERT INTO public.django_content_type VALUES (20, 'Reporting', 'posixuserentry');
INSERT INTO public.django_content_type VALUES (21, 'Reporting', 'semoduleentry');
INSERT INTO public.django_content_type VALUES (22, 'Reporting', 'group');
INSERT INTO public.django_content_type VALUES (23, 'Reporting', 'failureentry');
INSERT INTO public.django_content_type VALUES (24, 'Reporting', 'posixgroupentry');
INSERT INTO public.django_content_type VALUES (25, 'Reporting', 'client');
INSERT INTO public.django_content_type VALUES (26, 'Reporting', 'packageentry');
INSERT INTO public.django_content_type VALUES (27, 'Reporting', 'seportentry');
INSERT INTO public.django_content_type VALUES (28, 'Reporting', 'fileperms');
INSERT INTO public.django_content_type VALUES (29, 'Reporting', 'seloginentry');
INSERT INTO public.django_content_type VALUES (30, 'Reporting', 'bundle');
INSERT INTO public.django_content_type VALUES (31, 'Reporting', 'performance');
INSERT INTO public.django_content_type VALUES (32, 'Reporting', 'sebooleanentry');
INSERT INTO public.django_content_type VALUES (33, 'Reporting', 'actionentry');
INSERT INTO public.django_content_type VALUES (34, 'Reporting', 'linkentry');
INSERT INTO public.django_content_type VALUES (35, 'Reporting', 'deviceentry');
-- Data for Name: django_migrations; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.django_migrations VALUES (1, 'Reporting', '0001_initial', '2026-11-26 21:59:39.0346+00');
INSERT INTO public.django_migrations VALUES (2, 'Reporting', '0002_convert_perms_to_mode', '2026-11-26 21:59:39.099054+00');
INSERT INTO public.django_migrations VALUES (3, 'Reporting', '0003_expand_hash_key', '2026-11-26 21:59:39.751874+00');
INSERT INTO public.django_migrations VALUES (4, 'Reporting', '0004_profile_can_be_null', '2026-11-26 21:59:39.952905+00');
INSERT INTO public.django_migrations VALUES (5, 'Reporting', '0005_add_selinux_entry_support', '2026-11-26 21:59:43.270428+00');
INSERT INTO public.django_migrations VALUES (6, 'Reporting', '0006_add_user_group_entry_support', '2026-11-26 21:59:43.851566+00');
INSERT INTO public.django_migrations VALUES (7, 'Reporting', '0007_add_flag_fields_interaction', '2026-11-26 21:59:44.169234+00');
INSERT INTO public.django_migrations VALUES (8, 'Server', '0001_initial', '2026-11-26 21:59:44.287158+00');
INSERT INTO public.django_migrations VALUES (9, 'contenttypes', '0001_initial', '2026-11-26 21:59:44.347627+00');
INSERT INTO public.django_migrations VALUES (10, 'auth', '0001_initial', '2026-11-26 21:59:44.639301+00');
INSERT INTO public.django_migrations VALUES (11, 'admin', '0001_initial', '2026-11-26 21:59:44.771235+00');
INSERT INTO public.django_migrations VALUES (12, 'admin', '0002_logentry_remove_auto_add', '2026-11-26 21:59:44.847247+00');
INSERT INTO public.django_migrations VALUES (13, 'contenttypes', '0002_remove_content_type_name', '2026-11-26 21:59:45.246538+00');
INSERT INTO public.django_migrations VALUES (14, 'auth', '0002_alter_permission_name_max_length', '2026-11-26 21:59:45.327463+00');
INSERT INTO public.django_migrations VALUES (15, 'auth', '0003_alter_user_email_max_length', '2026-11-26 21:59:45.41919+00');
INSERT INTO public.django_migrations VALUES (16, 'auth', '0004_alter_user_username_opts', '2026-11-26 21:59:45.498361+00');
INSERT INTO public.django_migrations VALUES (17, 'auth', '0005_alter_user_last_login_null', '2026-11-26 21:59:45.601418+00');
INSERT INTO public.django_migrations VALUES (18, 'auth', '0006_require_contenttypes_0002', '2026-11-26 21:59:45.617419+00');
INSERT INTO public.django_migrations VALUES (19, 'auth', '0007_alter_validators_add_error_messages', '2026-11-26 21:59:45.697745+00');
INSERT INTO public.django_migrations VALUES (20, 'auth', '0008_alter_user_username_max_length', '2026-11-26 21:59:45.849126+00');
INSERT INTO public.django_migrations VALUES (21, 'sessions', '0001_initial', '2026-11-26 21:59:45.965806+00');
INSERT INTO public.django_migrations VALUES (22, 'sites', '0001_initial', '2026-11-26 21:59:46.066446+00');
INSERT INTO public.django_migrations VALUES (23, 'sites', '0002_alter_domain_unique', '2026-11-26 21:59:46.15081+00');
-- Data for Name: django_session; Type: TABLE DATA; Schema: public; Owner: -
-- Data for Name: django_site; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.django_site VALUES (1, 'example.com', 'example.com');
-- Name: Reporting_actionentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_actionentry_id_seq"', 3, true);
-- Name: Reporting_bundle_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_bundle_id_seq"', 7, true);
-- Name: Reporting_client_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_client_id_seq"', 5, true);
-- Name: Reporting_failureentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_failureentry_id_seq"', 4, true);
-- Name: Reporting_fileacl_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_fileacl_id_seq"', 1, false);
-- Name: Reporting_fileperms_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_fileperms_id_seq"', 17, true);
-- Name: Reporting_group_bundles_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_group_bundles_id_seq"', 1, false);
-- Name: Reporting_group_groups_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_group_groups_id_seq"', 1, false);
-- Name: Reporting_group_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_group_id_seq"', 5, true);
-- Name: Reporting_interaction_actions_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_actions_id_seq"', 19, true);
-- Name: Reporting_interaction_bundles_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_bundles_id_seq"', 66, true);
-- Name: Reporting_interaction_failures_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_failures_id_seq"', 24, true);
-- Name: Reporting_interaction_groups_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_groups_id_seq"', 46, true);
-- Name: Reporting_interaction_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_id_seq"', 23, true);
-- Name: Reporting_interaction_packages_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_packages_id_seq"', 77, true);
-- Name: Reporting_interaction_paths_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_paths_id_seq"', 131, true);
-- Name: Reporting_interaction_posixgroups_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_posixgroups_id_seq"', 215, true);
-- Name: Reporting_interaction_posixusers_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_posixusers_id_seq"', 259, true);
-- Name: Reporting_interaction_sebooleans_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_sebooleans_id_seq"', 4, true);
-- Name: Reporting_interaction_sefcontexts_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_sefcontexts_id_seq"', 4, true);
-- Name: Reporting_interaction_seinterfaces_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_seinterfaces_id_seq"', 4, true);
-- Name: Reporting_interaction_selogins_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_selogins_id_seq"', 4, true);
-- Name: Reporting_interaction_semodules_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_semodules_id_seq"', 4, true);
-- Name: Reporting_interaction_senodes_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_senodes_id_seq"', 4, true);
-- Name: Reporting_interaction_sepermissives_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_sepermissives_id_seq"', 4, true);
-- Name: Reporting_interaction_seports_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_seports_id_seq"', 4, true);
-- Name: Reporting_interaction_services_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_services_id_seq"', 244, true);
-- Name: Reporting_interaction_seusers_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_interaction_seusers_id_seq"', 4, true);
-- Name: Reporting_packageentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_packageentry_id_seq"', 14, true);
-- Name: Reporting_pathentry_acls_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_pathentry_acls_id_seq"', 1, false);
-- Name: Reporting_pathentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_pathentry_id_seq"', 53, true);
-- Name: Reporting_performance_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_performance_id_seq"', 201, true);
-- Name: Reporting_posixgroupentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_posixgroupentry_id_seq"', 14, true);
-- Name: Reporting_posixuserentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_posixuserentry_id_seq"', 18, true);
-- Name: Reporting_sebooleanentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_sebooleanentry_id_seq"', 1, true);
-- Name: Reporting_sefcontextentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_sefcontextentry_id_seq"', 1, true);
-- Name: Reporting_seinterfaceentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_seinterfaceentry_id_seq"', 1, true);
-- Name: Reporting_seloginentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_seloginentry_id_seq"', 1, true);
-- Name: Reporting_semoduleentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_semoduleentry_id_seq"', 1, true);
-- Name: Reporting_senodeentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_senodeentry_id_seq"', 1, true);
-- Name: Reporting_sepermissiveentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_sepermissiveentry_id_seq"', 1, true);
-- Name: Reporting_seportentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_seportentry_id_seq"', 1, true);
-- Name: Reporting_serviceentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_serviceentry_id_seq"', 27, true);
-- Name: Reporting_seuserentry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Reporting_seuserentry_id_seq"', 1, true);
-- Name: Server_probesdatamodel_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Server_probesdatamodel_id_seq"', 5, true);
-- Name: Server_probesgroupsmodel_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public."Server_probesgroupsmodel_id_seq"', 5, true);
-- Name: auth_group_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public.auth_group_id_seq', 1, false);
-- Name: auth_group_permissions_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public.auth_group_permissions_id_seq', 1, false);
-- Name: auth_permission_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public.auth_permission_id_seq', 105, true);
-- Name: auth_user_groups_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public.auth_user_groups_id_seq', 1, false);
-- Name: auth_user_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public.auth_user_id_seq', 1, false);
-- Name: auth_user_user_permissions_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public.auth_user_user_permissions_id_seq', 1, false);
-- Name: django_admin_log_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public.django_admin_log_id_seq', 1, false);
-- Name: django_content_type_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public.django_content_type_id_seq', 35, true);
-- Name: django_migrations_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public.django_migrations_id_seq', 23, true);
-- Name: django_site_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
SELECT pg_catalog.setval('public.django_site_id_seq', 1, true);
-- Name: Reporting_actionentry Reporting_actionentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_actionentry"
    ADD CONSTRAINT "Reporting_actionentry_pkey" PRIMARY KEY (id);
-- Name: Reporting_bundle Reporting_bundle_name_key; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_bundle"
    ADD CONSTRAINT "Reporting_bundle_name_key" UNIQUE (name);
-- Name: Reporting_bundle Reporting_bundle_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_bundle"
    ADD CONSTRAINT "Reporting_bundle_pkey" PRIMARY KEY (id);
-- Name: Reporting_client Reporting_client_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_client"
    ADD CONSTRAINT "Reporting_client_pkey" PRIMARY KEY (id);
-- Name: Reporting_deviceentry Reporting_deviceentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_deviceentry"
    ADD CONSTRAINT "Reporting_deviceentry_pkey" PRIMARY KEY (pathentry_ptr_id);
-- Name: Reporting_failureentry Reporting_failureentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_failureentry"
    ADD CONSTRAINT "Reporting_failureentry_pkey" PRIMARY KEY (id);
-- Name: Reporting_fileacl Reporting_fileacl_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_fileacl"
    ADD CONSTRAINT "Reporting_fileacl_pkey" PRIMARY KEY (id);
-- Name: Reporting_fileperms Reporting_fileperms_owner_group_perms_950bc799_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_fileperms"
    ADD CONSTRAINT "Reporting_fileperms_owner_group_perms_950bc799_uniq" UNIQUE (owner, "group", mode);
-- Name: Reporting_fileperms Reporting_fileperms_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_fileperms"
    ADD CONSTRAINT "Reporting_fileperms_pkey" PRIMARY KEY (id);
-- Name: Reporting_group_bundles Reporting_group_bundles_group_id_bundle_id_a33026d0_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_group_bundles"
    ADD CONSTRAINT "Reporting_group_bundles_group_id_bundle_id_a33026d0_uniq" UNIQUE (group_id, bundle_id);
-- Name: Reporting_group_bundles Reporting_group_bundles_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_group_bundles"
    ADD CONSTRAINT "Reporting_group_bundles_pkey" PRIMARY KEY (id);
-- Name: Reporting_group_groups Reporting_group_groups_from_group_id_to_group_id_774d9b17_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_group_groups"
    ADD CONSTRAINT "Reporting_group_groups_from_group_id_to_group_id_774d9b17_uniq" UNIQUE (from_group_id, to_group_id);
-- Name: Reporting_group_groups Reporting_group_groups_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_group_groups"
    ADD CONSTRAINT "Reporting_group_groups_pkey" PRIMARY KEY (id);
-- Name: Reporting_group Reporting_group_name_key; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_group"
    ADD CONSTRAINT "Reporting_group_name_key" UNIQUE (name);
-- Name: Reporting_group Reporting_group_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_group"
    ADD CONSTRAINT "Reporting_group_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_actions Reporting_interaction_ac_interaction_id_actionent_3835cff6_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_actions"
    ADD CONSTRAINT "Reporting_interaction_ac_interaction_id_actionent_3835cff6_uniq" UNIQUE (interaction_id, actionentry_id);
-- Name: Reporting_interaction_actions Reporting_interaction_actions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_actions"
    ADD CONSTRAINT "Reporting_interaction_actions_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_bundles Reporting_interaction_bu_interaction_id_bundle_id_29aebf0d_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_bundles"
    ADD CONSTRAINT "Reporting_interaction_bu_interaction_id_bundle_id_29aebf0d_uniq" UNIQUE (interaction_id, bundle_id);
-- Name: Reporting_interaction_bundles Reporting_interaction_bundles_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_bundles"
    ADD CONSTRAINT "Reporting_interaction_bundles_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction Reporting_interaction_client_id_timestamp_ec7b8d6c_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction"
    ADD CONSTRAINT "Reporting_interaction_client_id_timestamp_ec7b8d6c_uniq" UNIQUE (client_id, "timestamp");
-- Name: Reporting_interaction_failures Reporting_interaction_fa_interaction_id_failureen_fe74c8fd_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_failures"
    ADD CONSTRAINT "Reporting_interaction_fa_interaction_id_failureen_fe74c8fd_uniq" UNIQUE (interaction_id, failureentry_id);
-- Name: Reporting_interaction_failures Reporting_interaction_failures_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_failures"
    ADD CONSTRAINT "Reporting_interaction_failures_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_groups Reporting_interaction_gr_interaction_id_group_id_9ab14340_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_groups"
    ADD CONSTRAINT "Reporting_interaction_gr_interaction_id_group_id_9ab14340_uniq" UNIQUE (interaction_id, group_id);
-- Name: Reporting_interaction_groups Reporting_interaction_groups_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_groups"
    ADD CONSTRAINT "Reporting_interaction_groups_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_packages Reporting_interaction_pa_interaction_id_packageen_7c709219_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_packages"
    ADD CONSTRAINT "Reporting_interaction_pa_interaction_id_packageen_7c709219_uniq" UNIQUE (interaction_id, packageentry_id);
-- Name: Reporting_interaction_paths Reporting_interaction_pa_interaction_id_pathentry_d3a3414f_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_paths"
    ADD CONSTRAINT "Reporting_interaction_pa_interaction_id_pathentry_d3a3414f_uniq" UNIQUE (interaction_id, pathentry_id);
-- Name: Reporting_interaction_packages Reporting_interaction_packages_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_packages"
    ADD CONSTRAINT "Reporting_interaction_packages_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_paths Reporting_interaction_paths_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_paths"
    ADD CONSTRAINT "Reporting_interaction_paths_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction Reporting_interaction_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction"
    ADD CONSTRAINT "Reporting_interaction_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_posixgroups Reporting_interaction_po_interaction_id_posixgrou_cf7bf7e2_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_posixgroups"
    ADD CONSTRAINT "Reporting_interaction_po_interaction_id_posixgrou_cf7bf7e2_uniq" UNIQUE (interaction_id, posixgroupentry_id);
-- Name: Reporting_interaction_posixusers Reporting_interaction_po_interaction_id_posixuser_bfe0ee98_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_posixusers"
    ADD CONSTRAINT "Reporting_interaction_po_interaction_id_posixuser_bfe0ee98_uniq" UNIQUE (interaction_id, posixuserentry_id);
-- Name: Reporting_interaction_posixgroups Reporting_interaction_posixgroups_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_posixgroups"
    ADD CONSTRAINT "Reporting_interaction_posixgroups_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_posixusers Reporting_interaction_posixusers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_posixusers"
    ADD CONSTRAINT "Reporting_interaction_posixusers_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_sebooleans Reporting_interaction_se_interaction_id_seboolean_241efe8b_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_sebooleans"
    ADD CONSTRAINT "Reporting_interaction_se_interaction_id_seboolean_241efe8b_uniq" UNIQUE (interaction_id, sebooleanentry_id);
-- Name: Reporting_interaction_sefcontexts Reporting_interaction_se_interaction_id_sefcontex_aad3e3d4_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_sefcontexts"
    ADD CONSTRAINT "Reporting_interaction_se_interaction_id_sefcontex_aad3e3d4_uniq" UNIQUE (interaction_id, sefcontextentry_id);
-- Name: Reporting_interaction_seinterfaces Reporting_interaction_se_interaction_id_seinterfa_675f4f2d_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_seinterfaces"
    ADD CONSTRAINT "Reporting_interaction_se_interaction_id_seinterfa_675f4f2d_uniq" UNIQUE (interaction_id, seinterfaceentry_id);
-- Name: Reporting_interaction_selogins Reporting_interaction_se_interaction_id_seloginen_917964fd_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_selogins"
    ADD CONSTRAINT "Reporting_interaction_se_interaction_id_seloginen_917964fd_uniq" UNIQUE (interaction_id, seloginentry_id);
-- Name: Reporting_interaction_semodules Reporting_interaction_se_interaction_id_semodulee_ee2996f9_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_semodules"
    ADD CONSTRAINT "Reporting_interaction_se_interaction_id_semodulee_ee2996f9_uniq" UNIQUE (interaction_id, semoduleentry_id);
-- Name: Reporting_interaction_senodes Reporting_interaction_se_interaction_id_senodeent_3bbb52d6_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_senodes"
    ADD CONSTRAINT "Reporting_interaction_se_interaction_id_senodeent_3bbb52d6_uniq" UNIQUE (interaction_id, senodeentry_id);
-- Name: Reporting_interaction_sepermissives Reporting_interaction_se_interaction_id_sepermiss_0025dc84_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_sepermissives"
    ADD CONSTRAINT "Reporting_interaction_se_interaction_id_sepermiss_0025dc84_uniq" UNIQUE (interaction_id, sepermissiveentry_id);
-- Name: Reporting_interaction_seports Reporting_interaction_se_interaction_id_seportent_e59087bf_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_seports"
    ADD CONSTRAINT "Reporting_interaction_se_interaction_id_seportent_e59087bf_uniq" UNIQUE (interaction_id, seportentry_id);
-- Name: Reporting_interaction_services Reporting_interaction_se_interaction_id_serviceen_564fcc2c_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_services"
    ADD CONSTRAINT "Reporting_interaction_se_interaction_id_serviceen_564fcc2c_uniq" UNIQUE (interaction_id, serviceentry_id);
-- Name: Reporting_interaction_seusers Reporting_interaction_se_interaction_id_seuserent_4af10f71_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_seusers"
    ADD CONSTRAINT "Reporting_interaction_se_interaction_id_seuserent_4af10f71_uniq" UNIQUE (interaction_id, seuserentry_id);
-- Name: Reporting_interaction_sebooleans Reporting_interaction_sebooleans_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_sebooleans"
    ADD CONSTRAINT "Reporting_interaction_sebooleans_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_sefcontexts Reporting_interaction_sefcontexts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_sefcontexts"
    ADD CONSTRAINT "Reporting_interaction_sefcontexts_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_seinterfaces Reporting_interaction_seinterfaces_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_seinterfaces"
    ADD CONSTRAINT "Reporting_interaction_seinterfaces_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_selogins Reporting_interaction_selogins_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_selogins"
    ADD CONSTRAINT "Reporting_interaction_selogins_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_semodules Reporting_interaction_semodules_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_semodules"
    ADD CONSTRAINT "Reporting_interaction_semodules_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_senodes Reporting_interaction_senodes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_senodes"
    ADD CONSTRAINT "Reporting_interaction_senodes_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_sepermissives Reporting_interaction_sepermissives_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_sepermissives"
    ADD CONSTRAINT "Reporting_interaction_sepermissives_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_seports Reporting_interaction_seports_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_seports"
    ADD CONSTRAINT "Reporting_interaction_seports_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_services Reporting_interaction_services_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_services"
    ADD CONSTRAINT "Reporting_interaction_services_pkey" PRIMARY KEY (id);
-- Name: Reporting_interaction_seusers Reporting_interaction_seusers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_seusers"
    ADD CONSTRAINT "Reporting_interaction_seusers_pkey" PRIMARY KEY (id);
-- Name: Reporting_linkentry Reporting_linkentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_linkentry"
    ADD CONSTRAINT "Reporting_linkentry_pkey" PRIMARY KEY (pathentry_ptr_id);
-- Name: Reporting_packageentry Reporting_packageentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_packageentry"
    ADD CONSTRAINT "Reporting_packageentry_pkey" PRIMARY KEY (id);
-- Name: Reporting_pathentry_acls Reporting_pathentry_acls_pathentry_id_fileacl_id_db8f902f_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_pathentry_acls"
    ADD CONSTRAINT "Reporting_pathentry_acls_pathentry_id_fileacl_id_db8f902f_uniq" UNIQUE (pathentry_id, fileacl_id);
-- Name: Reporting_pathentry_acls Reporting_pathentry_acls_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_pathentry_acls"
    ADD CONSTRAINT "Reporting_pathentry_acls_pkey" PRIMARY KEY (id);
-- Name: Reporting_pathentry Reporting_pathentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_pathentry"
    ADD CONSTRAINT "Reporting_pathentry_pkey" PRIMARY KEY (id);
-- Name: Reporting_performance Reporting_performance_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_performance"
    ADD CONSTRAINT "Reporting_performance_pkey" PRIMARY KEY (id);
-- Name: Reporting_posixgroupentry Reporting_posixgroupentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_posixgroupentry"
    ADD CONSTRAINT "Reporting_posixgroupentry_pkey" PRIMARY KEY (id);
-- Name: Reporting_posixuserentry Reporting_posixuserentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_posixuserentry"
    ADD CONSTRAINT "Reporting_posixuserentry_pkey" PRIMARY KEY (id);
-- Name: Reporting_sebooleanentry Reporting_sebooleanentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_sebooleanentry"
    ADD CONSTRAINT "Reporting_sebooleanentry_pkey" PRIMARY KEY (id);
-- Name: Reporting_sefcontextentry Reporting_sefcontextentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_sefcontextentry"
    ADD CONSTRAINT "Reporting_sefcontextentry_pkey" PRIMARY KEY (id);
-- Name: Reporting_seinterfaceentry Reporting_seinterfaceentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_seinterfaceentry"
    ADD CONSTRAINT "Reporting_seinterfaceentry_pkey" PRIMARY KEY (id);
-- Name: Reporting_seloginentry Reporting_seloginentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_seloginentry"
    ADD CONSTRAINT "Reporting_seloginentry_pkey" PRIMARY KEY (id);
-- Name: Reporting_semoduleentry Reporting_semoduleentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_semoduleentry"
    ADD CONSTRAINT "Reporting_semoduleentry_pkey" PRIMARY KEY (id);
-- Name: Reporting_senodeentry Reporting_senodeentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_senodeentry"
    ADD CONSTRAINT "Reporting_senodeentry_pkey" PRIMARY KEY (id);
-- Name: Reporting_sepermissiveentry Reporting_sepermissiveentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_sepermissiveentry"
    ADD CONSTRAINT "Reporting_sepermissiveentry_pkey" PRIMARY KEY (id);
-- Name: Reporting_seportentry Reporting_seportentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_seportentry"
    ADD CONSTRAINT "Reporting_seportentry_pkey" PRIMARY KEY (id);
-- Name: Reporting_serviceentry Reporting_serviceentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_serviceentry"
    ADD CONSTRAINT "Reporting_serviceentry_pkey" PRIMARY KEY (id);
-- Name: Reporting_seuserentry Reporting_seuserentry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_seuserentry"
    ADD CONSTRAINT "Reporting_seuserentry_pkey" PRIMARY KEY (id);
-- Name: Server_metadataclientmodel Server_metadataclientmodel_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Server_metadataclientmodel"
    ADD CONSTRAINT "Server_metadataclientmodel_pkey" PRIMARY KEY (hostname);
-- Name: Server_probesdatamodel Server_probesdatamodel_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Server_probesdatamodel"
    ADD CONSTRAINT "Server_probesdatamodel_pkey" PRIMARY KEY (id);
-- Name: Server_probesgroupsmodel Server_probesgroupsmodel_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Server_probesgroupsmodel"
    ADD CONSTRAINT "Server_probesgroupsmodel_pkey" PRIMARY KEY (id);
-- Name: auth_group auth_group_name_key; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);
-- Name: auth_group_permissions auth_group_permissions_group_id_permission_id_0cd325b0_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);
-- Name: auth_group_permissions auth_group_permissions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);
-- Name: auth_group auth_group_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);
-- Name: auth_permission auth_permission_content_type_id_codename_01ab375a_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);
-- Name: auth_permission auth_permission_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);
-- Name: auth_user_groups auth_user_groups_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_user_groups
    ADD CONSTRAINT auth_user_groups_pkey PRIMARY KEY (id);
-- Name: auth_user_groups auth_user_groups_user_id_group_id_94350c0c_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_user_groups
    ADD CONSTRAINT auth_user_groups_user_id_group_id_94350c0c_uniq UNIQUE (user_id, group_id);
-- Name: auth_user auth_user_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_user
    ADD CONSTRAINT auth_user_pkey PRIMARY KEY (id);
-- Name: auth_user_user_permissions auth_user_user_permissions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_user_user_permissions
    ADD CONSTRAINT auth_user_user_permissions_pkey PRIMARY KEY (id);
-- Name: auth_user_user_permissions auth_user_user_permissions_user_id_permission_id_14a6b632_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_user_user_permissions
    ADD CONSTRAINT auth_user_user_permissions_user_id_permission_id_14a6b632_uniq UNIQUE (user_id, permission_id);
-- Name: auth_user auth_user_username_key; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_user
    ADD CONSTRAINT auth_user_username_key UNIQUE (username);
-- Name: django_admin_log django_admin_log_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_pkey PRIMARY KEY (id);
-- Name: django_content_type django_content_type_app_label_model_76bd3d3b_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);
-- Name: django_content_type django_content_type_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);
-- Name: django_migrations django_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);
-- Name: django_session django_session_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);
-- Name: django_site django_site_domain_a2e37b91_uniq; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.django_site
    ADD CONSTRAINT django_site_domain_a2e37b91_uniq UNIQUE (domain);
-- Name: django_site django_site_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.django_site
    ADD CONSTRAINT django_site_pkey PRIMARY KEY (id);
-- Name: Reporting_actionentry_hash_key_5f737049; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_actionentry_hash_key_5f737049" ON public."Reporting_actionentry" USING btree (hash_key);
-- Name: Reporting_actionentry_name_fc4ce697; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_actionentry_name_fc4ce697" ON public."Reporting_actionentry" USING btree (name);
-- Name: Reporting_actionentry_name_fc4ce697_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_actionentry_name_fc4ce697_like" ON public."Reporting_actionentry" USING btree (name varchar_pattern_ops);
-- Name: Reporting_bundle_name_cb86f903_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_bundle_name_cb86f903_like" ON public."Reporting_bundle" USING btree (name varchar_pattern_ops);
-- Name: Reporting_client_current_interaction_id_1dbcf45b; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_client_current_interaction_id_1dbcf45b" ON public."Reporting_client" USING btree (current_interaction_id);
-- Name: Reporting_failureentry_hash_key_1b0a3994; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_failureentry_hash_key_1b0a3994" ON public."Reporting_failureentry" USING btree (hash_key);
-- Name: Reporting_failureentry_name_d175a969; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_failureentry_name_d175a969" ON public."Reporting_failureentry" USING btree (name);
-- Name: Reporting_failureentry_name_d175a969_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_failureentry_name_d175a969_like" ON public."Reporting_failureentry" USING btree (name varchar_pattern_ops);
-- Name: Reporting_fileacl_name_325394c9; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_fileacl_name_325394c9" ON public."Reporting_fileacl" USING btree (name);
-- Name: Reporting_fileacl_name_325394c9_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_fileacl_name_325394c9_like" ON public."Reporting_fileacl" USING btree (name varchar_pattern_ops);
-- Name: Reporting_group_bundles_bundle_id_2b4eaac4; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_group_bundles_bundle_id_2b4eaac4" ON public."Reporting_group_bundles" USING btree (bundle_id);
-- Name: Reporting_group_bundles_group_id_f88f9dc1; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_group_bundles_group_id_f88f9dc1" ON public."Reporting_group_bundles" USING btree (group_id);
-- Name: Reporting_group_groups_from_group_id_bb29f604; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_group_groups_from_group_id_bb29f604" ON public."Reporting_group_groups" USING btree (from_group_id);
-- Name: Reporting_group_groups_to_group_id_f0677712; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_group_groups_to_group_id_f0677712" ON public."Reporting_group_groups" USING btree (to_group_id);
-- Name: Reporting_group_name_f9fe8d4d_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_group_name_f9fe8d4d_like" ON public."Reporting_group" USING btree (name varchar_pattern_ops);
-- Name: Reporting_interaction_actions_actionentry_id_af981083; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_actions_actionentry_id_af981083" ON public."Reporting_interaction_actions" USING btree (actionentry_id);
-- Name: Reporting_interaction_actions_interaction_id_cd2f7186; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_actions_interaction_id_cd2f7186" ON public."Reporting_interaction_actions" USING btree (interaction_id);
-- Name: Reporting_interaction_bundles_bundle_id_1a404337; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_bundles_bundle_id_1a404337" ON public."Reporting_interaction_bundles" USING btree (bundle_id);
-- Name: Reporting_interaction_bundles_interaction_id_b36a0dd9; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_bundles_interaction_id_b36a0dd9" ON public."Reporting_interaction_bundles" USING btree (interaction_id);
-- Name: Reporting_interaction_client_id_5e28cf6d; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_client_id_5e28cf6d" ON public."Reporting_interaction" USING btree (client_id);
-- Name: Reporting_interaction_failures_failureentry_id_bb497d34; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_failures_failureentry_id_bb497d34" ON public."Reporting_interaction_failures" USING btree (failureentry_id);
-- Name: Reporting_interaction_failures_interaction_id_caca23e2; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_failures_interaction_id_caca23e2" ON public."Reporting_interaction_failures" USING btree (interaction_id);
-- Name: Reporting_interaction_groups_group_id_8b1502ac; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_groups_group_id_8b1502ac" ON public."Reporting_interaction_groups" USING btree (group_id);
-- Name: Reporting_interaction_groups_interaction_id_aaf6e33f; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_groups_interaction_id_aaf6e33f" ON public."Reporting_interaction_groups" USING btree (interaction_id);
-- Name: Reporting_interaction_packages_interaction_id_29921e97; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_packages_interaction_id_29921e97" ON public."Reporting_interaction_packages" USING btree (interaction_id);
-- Name: Reporting_interaction_packages_packageentry_id_558ccf1c; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_packages_packageentry_id_558ccf1c" ON public."Reporting_interaction_packages" USING btree (packageentry_id);
-- Name: Reporting_interaction_paths_interaction_id_f3464224; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_paths_interaction_id_f3464224" ON public."Reporting_interaction_paths" USING btree (interaction_id);
-- Name: Reporting_interaction_paths_pathentry_id_7d9b70e2; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_paths_pathentry_id_7d9b70e2" ON public."Reporting_interaction_paths" USING btree (pathentry_id);
-- Name: Reporting_interaction_posixgroups_interaction_id_aeb88f73; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_posixgroups_interaction_id_aeb88f73" ON public."Reporting_interaction_posixgroups" USING btree (interaction_id);
-- Name: Reporting_interaction_posixgroups_posixgroupentry_id_e69ff64b; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_posixgroups_posixgroupentry_id_e69ff64b" ON public."Reporting_interaction_posixgroups" USING btree (posixgroupentry_id);
-- Name: Reporting_interaction_posixusers_interaction_id_36538f75; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_posixusers_interaction_id_36538f75" ON public."Reporting_interaction_posixusers" USING btree (interaction_id);
-- Name: Reporting_interaction_posixusers_posixuserentry_id_61a1ddb6; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_posixusers_posixuserentry_id_61a1ddb6" ON public."Reporting_interaction_posixusers" USING btree (posixuserentry_id);
-- Name: Reporting_interaction_profile_id_e3de03c3; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_profile_id_e3de03c3" ON public."Reporting_interaction" USING btree (profile_id);
-- Name: Reporting_interaction_sebooleans_interaction_id_3bc8c256; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_sebooleans_interaction_id_3bc8c256" ON public."Reporting_interaction_sebooleans" USING btree (interaction_id);
-- Name: Reporting_interaction_sebooleans_sebooleanentry_id_73cdbcd1; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_sebooleans_sebooleanentry_id_73cdbcd1" ON public."Reporting_interaction_sebooleans" USING btree (sebooleanentry_id);
-- Name: Reporting_interaction_sefcontexts_interaction_id_9ebac2b5; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_sefcontexts_interaction_id_9ebac2b5" ON public."Reporting_interaction_sefcontexts" USING btree (interaction_id);
-- Name: Reporting_interaction_sefcontexts_sefcontextentry_id_f5015504; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_sefcontexts_sefcontextentry_id_f5015504" ON public."Reporting_interaction_sefcontexts" USING btree (sefcontextentry_id);
-- Name: Reporting_interaction_seinterfaces_interaction_id_2cf25cc5; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_seinterfaces_interaction_id_2cf25cc5" ON public."Reporting_interaction_seinterfaces" USING btree (interaction_id);
-- Name: Reporting_interaction_seinterfaces_seinterfaceentry_id_29dc1c31; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_seinterfaces_seinterfaceentry_id_29dc1c31" ON public."Reporting_interaction_seinterfaces" USING btree (seinterfaceentry_id);
-- Name: Reporting_interaction_selogins_interaction_id_6a421429; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_selogins_interaction_id_6a421429" ON public."Reporting_interaction_selogins" USING btree (interaction_id);
-- Name: Reporting_interaction_selogins_seloginentry_id_e37a9ad1; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_selogins_seloginentry_id_e37a9ad1" ON public."Reporting_interaction_selogins" USING btree (seloginentry_id);
-- Name: Reporting_interaction_semodules_interaction_id_f659cc22; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_semodules_interaction_id_f659cc22" ON public."Reporting_interaction_semodules" USING btree (interaction_id);
-- Name: Reporting_interaction_semodules_semoduleentry_id_27629892; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_semodules_semoduleentry_id_27629892" ON public."Reporting_interaction_semodules" USING btree (semoduleentry_id);
-- Name: Reporting_interaction_senodes_interaction_id_0df1c40d; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_senodes_interaction_id_0df1c40d" ON public."Reporting_interaction_senodes" USING btree (interaction_id);
-- Name: Reporting_interaction_senodes_senodeentry_id_ef2ba63f; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_senodes_senodeentry_id_ef2ba63f" ON public."Reporting_interaction_senodes" USING btree (senodeentry_id);
-- Name: Reporting_interaction_sepe_sepermissiveentry_id_803b8c7e; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_sepe_sepermissiveentry_id_803b8c7e" ON public."Reporting_interaction_sepermissives" USING btree (sepermissiveentry_id);
-- Name: Reporting_interaction_sepermissives_interaction_id_9420ccad; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_sepermissives_interaction_id_9420ccad" ON public."Reporting_interaction_sepermissives" USING btree (interaction_id);
-- Name: Reporting_interaction_seports_interaction_id_f8a5c115; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_seports_interaction_id_f8a5c115" ON public."Reporting_interaction_seports" USING btree (interaction_id);
-- Name: Reporting_interaction_seports_seportentry_id_d205b255; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_seports_seportentry_id_d205b255" ON public."Reporting_interaction_seports" USING btree (seportentry_id);
-- Name: Reporting_interaction_services_interaction_id_fd08d765; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_services_interaction_id_fd08d765" ON public."Reporting_interaction_services" USING btree (interaction_id);
-- Name: Reporting_interaction_services_serviceentry_id_5e26aaf2; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_services_serviceentry_id_5e26aaf2" ON public."Reporting_interaction_services" USING btree (serviceentry_id);
-- Name: Reporting_interaction_seusers_interaction_id_82e3a6f9; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_seusers_interaction_id_82e3a6f9" ON public."Reporting_interaction_seusers" USING btree (interaction_id);
-- Name: Reporting_interaction_seusers_seuserentry_id_00ad4f4e; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_seusers_seuserentry_id_00ad4f4e" ON public."Reporting_interaction_seusers" USING btree (seuserentry_id);
-- Name: Reporting_interaction_timestamp_35831ee2; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_interaction_timestamp_35831ee2" ON public."Reporting_interaction" USING btree ("timestamp");
-- Name: Reporting_packageentry_hash_key_8c9d7dc6; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_packageentry_hash_key_8c9d7dc6" ON public."Reporting_packageentry" USING btree (hash_key);
-- Name: Reporting_packageentry_name_aa324881; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_packageentry_name_aa324881" ON public."Reporting_packageentry" USING btree (name);
-- Name: Reporting_packageentry_name_aa324881_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_packageentry_name_aa324881_like" ON public."Reporting_packageentry" USING btree (name varchar_pattern_ops);
-- Name: Reporting_pathentry_acls_fileacl_id_089f3e25; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_pathentry_acls_fileacl_id_089f3e25" ON public."Reporting_pathentry_acls" USING btree (fileacl_id);
-- Name: Reporting_pathentry_acls_pathentry_id_9797d5a3; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_pathentry_acls_pathentry_id_9797d5a3" ON public."Reporting_pathentry_acls" USING btree (pathentry_id);
-- Name: Reporting_pathentry_current_perms_id_904f3eac; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_pathentry_current_perms_id_904f3eac" ON public."Reporting_pathentry" USING btree (current_perms_id);
-- Name: Reporting_pathentry_hash_key_3c4644d7; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_pathentry_hash_key_3c4644d7" ON public."Reporting_pathentry" USING btree (hash_key);
-- Name: Reporting_pathentry_name_12a195bc; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_pathentry_name_12a195bc" ON public."Reporting_pathentry" USING btree (name);
-- Name: Reporting_pathentry_name_12a195bc_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_pathentry_name_12a195bc_like" ON public."Reporting_pathentry" USING btree (name varchar_pattern_ops);
-- Name: Reporting_pathentry_target_perms_id_caa606d6; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_pathentry_target_perms_id_caa606d6" ON public."Reporting_pathentry" USING btree (target_perms_id);
-- Name: Reporting_performance_interaction_id_20fae474; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_performance_interaction_id_20fae474" ON public."Reporting_performance" USING btree (interaction_id);
-- Name: Reporting_posixgroupentry_hash_key_fe015997; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_posixgroupentry_hash_key_fe015997" ON public."Reporting_posixgroupentry" USING btree (hash_key);
-- Name: Reporting_posixgroupentry_name_a47979a4; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_posixgroupentry_name_a47979a4" ON public."Reporting_posixgroupentry" USING btree (name);
-- Name: Reporting_posixgroupentry_name_a47979a4_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_posixgroupentry_name_a47979a4_like" ON public."Reporting_posixgroupentry" USING btree (name varchar_pattern_ops);
-- Name: Reporting_posixuserentry_hash_key_7b5eac47; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_posixuserentry_hash_key_7b5eac47" ON public."Reporting_posixuserentry" USING btree (hash_key);
-- Name: Reporting_posixuserentry_name_59111fb8; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_posixuserentry_name_59111fb8" ON public."Reporting_posixuserentry" USING btree (name);
-- Name: Reporting_posixuserentry_name_59111fb8_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_posixuserentry_name_59111fb8_like" ON public."Reporting_posixuserentry" USING btree (name varchar_pattern_ops);
-- Name: Reporting_sebooleanentry_hash_key_075c471f; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_sebooleanentry_hash_key_075c471f" ON public."Reporting_sebooleanentry" USING btree (hash_key);
-- Name: Reporting_sebooleanentry_name_88a72ef8; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_sebooleanentry_name_88a72ef8" ON public."Reporting_sebooleanentry" USING btree (name);
-- Name: Reporting_sebooleanentry_name_88a72ef8_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_sebooleanentry_name_88a72ef8_like" ON public."Reporting_sebooleanentry" USING btree (name varchar_pattern_ops);
-- Name: Reporting_sefcontextentry_hash_key_91d1081a; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_sefcontextentry_hash_key_91d1081a" ON public."Reporting_sefcontextentry" USING btree (hash_key);
-- Name: Reporting_sefcontextentry_name_2bd7deb8; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_sefcontextentry_name_2bd7deb8" ON public."Reporting_sefcontextentry" USING btree (name);
-- Name: Reporting_sefcontextentry_name_2bd7deb8_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_sefcontextentry_name_2bd7deb8_like" ON public."Reporting_sefcontextentry" USING btree (name varchar_pattern_ops);
-- Name: Reporting_seinterfaceentry_hash_key_bbb06967; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_seinterfaceentry_hash_key_bbb06967" ON public."Reporting_seinterfaceentry" USING btree (hash_key);
-- Name: Reporting_seinterfaceentry_name_f4da91a6; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_seinterfaceentry_name_f4da91a6" ON public."Reporting_seinterfaceentry" USING btree (name);
-- Name: Reporting_seinterfaceentry_name_f4da91a6_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_seinterfaceentry_name_f4da91a6_like" ON public."Reporting_seinterfaceentry" USING btree (name varchar_pattern_ops);
-- Name: Reporting_seloginentry_hash_key_e6527e8a; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_seloginentry_hash_key_e6527e8a" ON public."Reporting_seloginentry" USING btree (hash_key);
-- Name: Reporting_seloginentry_name_4529a3cb; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_seloginentry_name_4529a3cb" ON public."Reporting_seloginentry" USING btree (name);
-- Name: Reporting_seloginentry_name_4529a3cb_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_seloginentry_name_4529a3cb_like" ON public."Reporting_seloginentry" USING btree (name varchar_pattern_ops);
-- Name: Reporting_semoduleentry_hash_key_58596315; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_semoduleentry_hash_key_58596315" ON public."Reporting_semoduleentry" USING btree (hash_key);
-- Name: Reporting_semoduleentry_name_37734284; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_semoduleentry_name_37734284" ON public."Reporting_semoduleentry" USING btree (name);
-- Name: Reporting_semoduleentry_name_37734284_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_semoduleentry_name_37734284_like" ON public."Reporting_semoduleentry" USING btree (name varchar_pattern_ops);
-- Name: Reporting_senodeentry_hash_key_99e5918f; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_senodeentry_hash_key_99e5918f" ON public."Reporting_senodeentry" USING btree (hash_key);
-- Name: Reporting_senodeentry_name_5ea8f98e; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_senodeentry_name_5ea8f98e" ON public."Reporting_senodeentry" USING btree (name);
-- Name: Reporting_senodeentry_name_5ea8f98e_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_senodeentry_name_5ea8f98e_like" ON public."Reporting_senodeentry" USING btree (name varchar_pattern_ops);
-- Name: Reporting_sepermissiveentry_hash_key_a74de68a; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_sepermissiveentry_hash_key_a74de68a" ON public."Reporting_sepermissiveentry" USING btree (hash_key);
-- Name: Reporting_sepermissiveentry_name_b6ba53e3; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_sepermissiveentry_name_b6ba53e3" ON public."Reporting_sepermissiveentry" USING btree (name);
-- Name: Reporting_sepermissiveentry_name_b6ba53e3_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_sepermissiveentry_name_b6ba53e3_like" ON public."Reporting_sepermissiveentry" USING btree (name varchar_pattern_ops);
-- Name: Reporting_seportentry_hash_key_df70a971; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_seportentry_hash_key_df70a971" ON public."Reporting_seportentry" USING btree (hash_key);
-- Name: Reporting_seportentry_name_c6578814; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_seportentry_name_c6578814" ON public."Reporting_seportentry" USING btree (name);
-- Name: Reporting_seportentry_name_c6578814_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_seportentry_name_c6578814_like" ON public."Reporting_seportentry" USING btree (name varchar_pattern_ops);
-- Name: Reporting_serviceentry_hash_key_b0af9f92; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_serviceentry_hash_key_b0af9f92" ON public."Reporting_serviceentry" USING btree (hash_key);
-- Name: Reporting_serviceentry_name_83bf6b1b; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_serviceentry_name_83bf6b1b" ON public."Reporting_serviceentry" USING btree (name);
-- Name: Reporting_serviceentry_name_83bf6b1b_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_serviceentry_name_83bf6b1b_like" ON public."Reporting_serviceentry" USING btree (name varchar_pattern_ops);
-- Name: Reporting_seuserentry_hash_key_8305c482; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_seuserentry_hash_key_8305c482" ON public."Reporting_seuserentry" USING btree (hash_key);
-- Name: Reporting_seuserentry_name_c9733f43; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_seuserentry_name_c9733f43" ON public."Reporting_seuserentry" USING btree (name);
-- Name: Reporting_seuserentry_name_c9733f43_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Reporting_seuserentry_name_c9733f43_like" ON public."Reporting_seuserentry" USING btree (name varchar_pattern_ops);
-- Name: Server_metadataclientmodel_hostname_d297d4c3_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX "Server_metadataclientmodel_hostname_d297d4c3_like" ON public."Server_metadataclientmodel" USING btree (hostname varchar_pattern_ops);
-- Name: auth_group_name_a6ea08ec_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);
-- Name: auth_group_permissions_group_id_b120cbf9; Type: INDEX; Schema: public; Owner: -
CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);
-- Name: auth_group_permissions_permission_id_84c5c92e; Type: INDEX; Schema: public; Owner: -
CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);
-- Name: auth_permission_content_type_id_2f476e4b; Type: INDEX; Schema: public; Owner: -
CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);
-- Name: auth_user_groups_group_id_97559544; Type: INDEX; Schema: public; Owner: -
CREATE INDEX auth_user_groups_group_id_97559544 ON public.auth_user_groups USING btree (group_id);
-- Name: auth_user_groups_user_id_6a12ed8b; Type: INDEX; Schema: public; Owner: -
CREATE INDEX auth_user_groups_user_id_6a12ed8b ON public.auth_user_groups USING btree (user_id);
-- Name: auth_user_user_permissions_permission_id_1fbb5f2c; Type: INDEX; Schema: public; Owner: -
CREATE INDEX auth_user_user_permissions_permission_id_1fbb5f2c ON public.auth_user_user_permissions USING btree (permission_id);
-- Name: auth_user_user_permissions_user_id_a95ead1b; Type: INDEX; Schema: public; Owner: -
CREATE INDEX auth_user_user_permissions_user_id_a95ead1b ON public.auth_user_user_permissions USING btree (user_id);
-- Name: auth_user_username_6821ab7c_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX auth_user_username_6821ab7c_like ON public.auth_user USING btree (username varchar_pattern_ops);
-- Name: django_admin_log_content_type_id_c4bce8eb; Type: INDEX; Schema: public; Owner: -
CREATE INDEX django_admin_log_content_type_id_c4bce8eb ON public.django_admin_log USING btree (content_type_id);
-- Name: django_admin_log_user_id_c564eba6; Type: INDEX; Schema: public; Owner: -
CREATE INDEX django_admin_log_user_id_c564eba6 ON public.django_admin_log USING btree (user_id);
-- Name: django_session_expire_date_a5c62663; Type: INDEX; Schema: public; Owner: -
CREATE INDEX django_session_expire_date_a5c62663 ON public.django_session USING btree (expire_date);
-- Name: django_session_session_key_c0390e0f_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX django_session_session_key_c0390e0f_like ON public.django_session USING btree (session_key varchar_pattern_ops);
-- Name: django_site_domain_a2e37b91_like; Type: INDEX; Schema: public; Owner: -
CREATE INDEX django_site_domain_a2e37b91_like ON public.django_site USING btree (domain varchar_pattern_ops);
-- Name: Reporting_client Reporting_client_current_interaction__1dbcf45b_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_client"
    ADD CONSTRAINT "Reporting_client_current_interaction__1dbcf45b_fk_Reporting" FOREIGN KEY (current_interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_deviceentry Reporting_deviceentr_pathentry_ptr_id_7a95bbc6_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_deviceentry"
    ADD CONSTRAINT "Reporting_deviceentr_pathentry_ptr_id_7a95bbc6_fk_Reporting" FOREIGN KEY (pathentry_ptr_id) REFERENCES public."Reporting_pathentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_group_bundles Reporting_group_bund_bundle_id_2b4eaac4_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_group_bundles"
    ADD CONSTRAINT "Reporting_group_bund_bundle_id_2b4eaac4_fk_Reporting" FOREIGN KEY (bundle_id) REFERENCES public."Reporting_bundle"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_group_bundles Reporting_group_bundles_group_id_f88f9dc1_fk_Reporting_group_id; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_group_bundles"
    ADD CONSTRAINT "Reporting_group_bundles_group_id_f88f9dc1_fk_Reporting_group_id" FOREIGN KEY (group_id) REFERENCES public."Reporting_group"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_group_groups Reporting_group_grou_from_group_id_bb29f604_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_group_groups"
    ADD CONSTRAINT "Reporting_group_grou_from_group_id_bb29f604_fk_Reporting" FOREIGN KEY (from_group_id) REFERENCES public."Reporting_group"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_group_groups Reporting_group_grou_to_group_id_f0677712_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_group_groups"
    ADD CONSTRAINT "Reporting_group_grou_to_group_id_f0677712_fk_Reporting" FOREIGN KEY (to_group_id) REFERENCES public."Reporting_group"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_actions Reporting_interactio_actionentry_id_af981083_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_actions"
    ADD CONSTRAINT "Reporting_interactio_actionentry_id_af981083_fk_Reporting" FOREIGN KEY (actionentry_id) REFERENCES public."Reporting_actionentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_bundles Reporting_interactio_bundle_id_1a404337_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_bundles"
    ADD CONSTRAINT "Reporting_interactio_bundle_id_1a404337_fk_Reporting" FOREIGN KEY (bundle_id) REFERENCES public."Reporting_bundle"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_failures Reporting_interactio_failureentry_id_bb497d34_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_failures"
    ADD CONSTRAINT "Reporting_interactio_failureentry_id_bb497d34_fk_Reporting" FOREIGN KEY (failureentry_id) REFERENCES public."Reporting_failureentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_groups Reporting_interactio_group_id_8b1502ac_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_groups"
    ADD CONSTRAINT "Reporting_interactio_group_id_8b1502ac_fk_Reporting" FOREIGN KEY (group_id) REFERENCES public."Reporting_group"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_senodes Reporting_interactio_interaction_id_0df1c40d_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_senodes"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_0df1c40d_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_packages Reporting_interactio_interaction_id_29921e97_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_packages"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_29921e97_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_seinterfaces Reporting_interactio_interaction_id_2cf25cc5_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_seinterfaces"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_2cf25cc5_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_posixusers Reporting_interactio_interaction_id_36538f75_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_posixusers"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_36538f75_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_sebooleans Reporting_interactio_interaction_id_3bc8c256_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_sebooleans"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_3bc8c256_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_selogins Reporting_interactio_interaction_id_6a421429_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_selogins"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_6a421429_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_seusers Reporting_interactio_interaction_id_82e3a6f9_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_seusers"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_82e3a6f9_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_sepermissives Reporting_interactio_interaction_id_9420ccad_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_sepermissives"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_9420ccad_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_sefcontexts Reporting_interactio_interaction_id_9ebac2b5_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_sefcontexts"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_9ebac2b5_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_groups Reporting_interactio_interaction_id_aaf6e33f_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_groups"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_aaf6e33f_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_posixgroups Reporting_interactio_interaction_id_aeb88f73_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_posixgroups"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_aeb88f73_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_bundles Reporting_interactio_interaction_id_b36a0dd9_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_bundles"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_b36a0dd9_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_failures Reporting_interactio_interaction_id_caca23e2_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_failures"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_caca23e2_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_actions Reporting_interactio_interaction_id_cd2f7186_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_actions"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_cd2f7186_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_paths Reporting_interactio_interaction_id_f3464224_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_paths"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_f3464224_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_semodules Reporting_interactio_interaction_id_f659cc22_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_semodules"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_f659cc22_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_seports Reporting_interactio_interaction_id_f8a5c115_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_seports"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_f8a5c115_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_services Reporting_interactio_interaction_id_fd08d765_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_services"
    ADD CONSTRAINT "Reporting_interactio_interaction_id_fd08d765_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_packages Reporting_interactio_packageentry_id_558ccf1c_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_packages"
    ADD CONSTRAINT "Reporting_interactio_packageentry_id_558ccf1c_fk_Reporting" FOREIGN KEY (packageentry_id) REFERENCES public."Reporting_packageentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_paths Reporting_interactio_pathentry_id_7d9b70e2_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_paths"
    ADD CONSTRAINT "Reporting_interactio_pathentry_id_7d9b70e2_fk_Reporting" FOREIGN KEY (pathentry_id) REFERENCES public."Reporting_pathentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_posixgroups Reporting_interactio_posixgroupentry_id_e69ff64b_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_posixgroups"
    ADD CONSTRAINT "Reporting_interactio_posixgroupentry_id_e69ff64b_fk_Reporting" FOREIGN KEY (posixgroupentry_id) REFERENCES public."Reporting_posixgroupentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_posixusers Reporting_interactio_posixuserentry_id_61a1ddb6_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_posixusers"
    ADD CONSTRAINT "Reporting_interactio_posixuserentry_id_61a1ddb6_fk_Reporting" FOREIGN KEY (posixuserentry_id) REFERENCES public."Reporting_posixuserentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_sebooleans Reporting_interactio_sebooleanentry_id_73cdbcd1_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_sebooleans"
    ADD CONSTRAINT "Reporting_interactio_sebooleanentry_id_73cdbcd1_fk_Reporting" FOREIGN KEY (sebooleanentry_id) REFERENCES public."Reporting_sebooleanentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_sefcontexts Reporting_interactio_sefcontextentry_id_f5015504_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_sefcontexts"
    ADD CONSTRAINT "Reporting_interactio_sefcontextentry_id_f5015504_fk_Reporting" FOREIGN KEY (sefcontextentry_id) REFERENCES public."Reporting_sefcontextentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_seinterfaces Reporting_interactio_seinterfaceentry_id_29dc1c31_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_seinterfaces"
    ADD CONSTRAINT "Reporting_interactio_seinterfaceentry_id_29dc1c31_fk_Reporting" FOREIGN KEY (seinterfaceentry_id) REFERENCES public."Reporting_seinterfaceentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_selogins Reporting_interactio_seloginentry_id_e37a9ad1_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_selogins"
    ADD CONSTRAINT "Reporting_interactio_seloginentry_id_e37a9ad1_fk_Reporting" FOREIGN KEY (seloginentry_id) REFERENCES public."Reporting_seloginentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_semodules Reporting_interactio_semoduleentry_id_27629892_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_semodules"
    ADD CONSTRAINT "Reporting_interactio_semoduleentry_id_27629892_fk_Reporting" FOREIGN KEY (semoduleentry_id) REFERENCES public."Reporting_semoduleentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_senodes Reporting_interactio_senodeentry_id_ef2ba63f_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_senodes"
    ADD CONSTRAINT "Reporting_interactio_senodeentry_id_ef2ba63f_fk_Reporting" FOREIGN KEY (senodeentry_id) REFERENCES public."Reporting_senodeentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_sepermissives Reporting_interactio_sepermissiveentry_id_803b8c7e_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_sepermissives"
    ADD CONSTRAINT "Reporting_interactio_sepermissiveentry_id_803b8c7e_fk_Reporting" FOREIGN KEY (sepermissiveentry_id) REFERENCES public."Reporting_sepermissiveentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_seports Reporting_interactio_seportentry_id_d205b255_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_seports"
    ADD CONSTRAINT "Reporting_interactio_seportentry_id_d205b255_fk_Reporting" FOREIGN KEY (seportentry_id) REFERENCES public."Reporting_seportentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_services Reporting_interactio_serviceentry_id_5e26aaf2_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_services"
    ADD CONSTRAINT "Reporting_interactio_serviceentry_id_5e26aaf2_fk_Reporting" FOREIGN KEY (serviceentry_id) REFERENCES public."Reporting_serviceentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction_seusers Reporting_interactio_seuserentry_id_00ad4f4e_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction_seusers"
    ADD CONSTRAINT "Reporting_interactio_seuserentry_id_00ad4f4e_fk_Reporting" FOREIGN KEY (seuserentry_id) REFERENCES public."Reporting_seuserentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction Reporting_interaction_client_id_5e28cf6d_fk_Reporting_client_id; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction"
    ADD CONSTRAINT "Reporting_interaction_client_id_5e28cf6d_fk_Reporting_client_id" FOREIGN KEY (client_id) REFERENCES public."Reporting_client"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_interaction Reporting_interaction_profile_id_e3de03c3_fk_Reporting_group_id; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_interaction"
    ADD CONSTRAINT "Reporting_interaction_profile_id_e3de03c3_fk_Reporting_group_id" FOREIGN KEY (profile_id) REFERENCES public."Reporting_group"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_linkentry Reporting_linkentry_pathentry_ptr_id_50431726_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_linkentry"
    ADD CONSTRAINT "Reporting_linkentry_pathentry_ptr_id_50431726_fk_Reporting" FOREIGN KEY (pathentry_ptr_id) REFERENCES public."Reporting_pathentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_pathentry_acls Reporting_pathentry__fileacl_id_089f3e25_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_pathentry_acls"
    ADD CONSTRAINT "Reporting_pathentry__fileacl_id_089f3e25_fk_Reporting" FOREIGN KEY (fileacl_id) REFERENCES public."Reporting_fileacl"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_pathentry_acls Reporting_pathentry__pathentry_id_9797d5a3_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_pathentry_acls"
    ADD CONSTRAINT "Reporting_pathentry__pathentry_id_9797d5a3_fk_Reporting" FOREIGN KEY (pathentry_id) REFERENCES public."Reporting_pathentry"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_pathentry Reporting_pathentry_current_perms_id_904f3eac_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_pathentry"
    ADD CONSTRAINT "Reporting_pathentry_current_perms_id_904f3eac_fk_Reporting" FOREIGN KEY (current_perms_id) REFERENCES public."Reporting_fileperms"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_pathentry Reporting_pathentry_target_perms_id_caa606d6_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_pathentry"
    ADD CONSTRAINT "Reporting_pathentry_target_perms_id_caa606d6_fk_Reporting" FOREIGN KEY (target_perms_id) REFERENCES public."Reporting_fileperms"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: Reporting_performance Reporting_performanc_interaction_id_20fae474_fk_Reporting; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public."Reporting_performance"
    ADD CONSTRAINT "Reporting_performanc_interaction_id_20fae474_fk_Reporting" FOREIGN KEY (interaction_id) REFERENCES public."Reporting_interaction"(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: auth_group_permissions auth_group_permissio_permission_id_84c5c92e_fk_auth_perm; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: auth_group_permissions auth_group_permissions_group_id_b120cbf9_fk_auth_group_id; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: auth_permission auth_permission_content_type_id_2f476e4b_fk_django_co; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: auth_user_groups auth_user_groups_group_id_97559544_fk_auth_group_id; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_user_groups
    ADD CONSTRAINT auth_user_groups_group_id_97559544_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: auth_user_groups auth_user_groups_user_id_6a12ed8b_fk_auth_user_id; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_user_groups
    ADD CONSTRAINT auth_user_groups_user_id_6a12ed8b_fk_auth_user_id FOREIGN KEY (user_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: auth_user_user_permissions auth_user_user_permi_permission_id_1fbb5f2c_fk_auth_perm; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_user_user_permissions
    ADD CONSTRAINT auth_user_user_permi_permission_id_1fbb5f2c_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: auth_user_user_permissions auth_user_user_permissions_user_id_a95ead1b_fk_auth_user_id; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.auth_user_user_permissions
    ADD CONSTRAINT auth_user_user_permissions_user_id_a95ead1b_fk_auth_user_id FOREIGN KEY (user_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: django_admin_log django_admin_log_content_type_id_c4bce8eb_fk_django_co; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_content_type_id_c4bce8eb_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;
-- Name: django_admin_log django_admin_log_user_id_c564eba6_fk_auth_user_id; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_user_id_c564eba6_fk_auth_user_id FOREIGN KEY (user_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;
-- PostgreSQL database dump complete
