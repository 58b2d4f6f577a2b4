-- migrate:up
--
-- PostgreSQL database dump
--
SET statement_timeout = 0;
SET lock_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET client_min_messages = warning;
SET row_security = off;
CREATE TABLE public.dumped (
    id integer NOT NULL,
    name character varying(20)
);
CREATE SEQUENCE public.dumped_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.dumped_id_seq OWNED BY public.dumped.id;
ALTER TABLE ONLY public.dumped ALTER COLUMN id SET DEFAULT nextval('public.dumped_id_seq'::regclass);
INSERT INTO public.dumped VALUES (1, 'one');
INSERT INTO public.dumped VALUES (2, 'two; and a half');
UPDATE public.effects SET times = times + 1 WHERE id = '16.update';
SELECT pg_catalog.setval('public.dumped_id_seq', 2, true);
ALTER TABLE ONLY public.dumped
    ADD CONSTRAINT dumped_pkey PRIMARY KEY (id);
CREATE INDEX dumped_name ON public.dumped USING btree (name);
-- migrate:down
UPDATE effects SET times = times + 1 WHERE id = '16.update.down';
DROP TABLE dumped;
