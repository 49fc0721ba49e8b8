-- Roles and database on PostgreSQL, as its superuser, with the passwords in
-- OWNER_PASSWORD and PORTAL_PASSWORD: psql --file=deploy/database.sql
-- Existing roles get these passwords; an existing database is an error.
-- The owner runs migrations. The portal connects as a role that owns nothing, so that it
-- cannot remove the triggers that protect published content and the audit record.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv portal_password PORTAL_PASSWORD
SELECT format('CREATE ROLE %I', name)
    FROM (VALUES ('portal_owner'), ('portal')) AS wanted (name)
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE portal_owner LOGIN PASSWORD :'owner_password';
ALTER ROLE portal LOGIN PASSWORD :'portal_password';
CREATE DATABASE portal OWNER portal_owner ENCODING 'UTF8' TEMPLATE template0
    LOCALE_PROVIDER icu ICU_LOCALE 'es';
REVOKE ALL ON DATABASE portal FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE portal TO portal;
\connect portal
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO portal_owner;
GRANT USAGE ON SCHEMA public TO portal;
